import type { Redis } from 'ioredis';
import type { Keys } from './keys.js';

/** Elements read at once: bounds what a process holds of a large list. */
const AT_ONCE = 500;

/** The elements of a list or set of a run's state as JSON texts, in pages; undefined where the key holds neither. */
export async function stateElements(
  redis: Redis,
  keys: Keys,
  runId: string,
  key: string,
): Promise<AsyncIterable<string[]> | undefined> {
  const kind = (await redis.hget(keys.state(runId), key))?.[0];
  if (kind === 'l') return listElements(redis, keys.stateList(runId, key));
  return kind === 's' ? setElements(redis, keys.stateSet(runId, key)) : undefined;
}

async function* listElements(redis: Redis, key: string): AsyncIterable<string[]> {
  for (let from = 0; ; from += AT_ONCE) {
    const page = await redis.lrange(key, from, from + AT_ONCE - 1);
    if (page.length > 0) yield page;
    if (page.length < AT_ONCE) return;
  }
}

/** By the elements themselves, so that what is taken out meanwhile does not move the others. */
async function* setElements(redis: Redis, key: string): AsyncIterable<string[]> {
  for (let after = '-'; ;) {
    const page = await redis.zrangebylex(key, after, '+', 'LIMIT', 0, AT_ONCE);
    if (page.length > 0) yield page;
    if (page.length < AT_ONCE) return;
    after = `(${page.at(-1)!}`;
  }
}
