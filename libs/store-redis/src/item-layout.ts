import type { Redis } from 'ioredis';

/** Seconds after which items are forgotten whose step nobody opened; each page of them begins it anew. */
const KEPT_S = 1_800;

/** One page of the items of a step that is not open yet. */
export async function putItems(redis: Redis, key: string, from: number, items: string[]): Promise<void> {
  if (items.length === 0) return;
  const pairs = items.flatMap((item, i) => [String(from + i), item]);
  const replies = await redis
    .multi()
    .hset(key, ...pairs)
    .expire(key, KEPT_S)
    .exec();
  for (const [error] of replies ?? []) if (error) throw error;
}
