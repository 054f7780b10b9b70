import type { Page } from '@agentainer/engine';
import type { Redis } from 'ioredis';

/**
 * One page of an index of ids scored by creation time. The cursor is the last entry of the page before, so
 * that pages stay right while entries come and go; where that entry has gone, the page begins after its score.
 */
export async function pageOf(
  redis: Redis,
  index: string,
  options: { limit: number; cursor?: string; newestFirst: boolean },
): Promise<Page<string>> {
  const { limit, newestFirst } = options;
  const start = options.cursor ? await after(redis, index, options.cursor, newestFirst) : 0;
  const end = start + limit;
  const entries = newestFirst
    ? await redis.zrevrange(index, start, end, 'WITHSCORES')
    : await redis.zrange(index, String(start), String(end), 'WITHSCORES');
  const items = entries.filter((_, i) => i % 2 === 0).slice(0, limit);
  const more = entries.length / 2 > limit;
  return { items, ...(more && { next: `${entries[2 * limit - 1]}_${items.at(-1)}` }) };
}

async function after(redis: Redis, index: string, cursor: string, newestFirst: boolean): Promise<number> {
  const split = cursor.indexOf('_');
  const score = cursor.slice(0, split);
  const id = cursor.slice(split + 1);
  const rank = newestFirst ? await redis.zrevrank(index, id) : await redis.zrank(index, id);
  if (rank !== null) return rank + 1;
  if (!/^\d+$/.test(score)) return 0;
  return newestFirst ? redis.zcount(index, score, '+inf') : redis.zcount(index, '-inf', score);
}
