import { type HostSigns, SILENCE_MS } from '@agentainer/pool';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.js';
import { redisNow } from './redis-now.js';

/** How long who does not live any more is kept among the workers of a host, in milliseconds. */
export const WORKER_KEPT_MS = 2 * SILENCE_MS;

/** The signs of life of all hosts that are not forgotten, by name; and when that was. */
export async function hostSigns(
  redis: Redis,
  keys: Keys,
): Promise<{ hosts: HostSigns[]; drained: Set<string>; now: number }> {
  const [now, scores, names] = await Promise.all([
    redisNow(redis),
    redis.zrange(keys.hosts(), 0, '-1', 'WITHSCORES'),
    redis.smembers(keys.drainedHosts()),
  ]);
  const drained = new Set(names);
  const hosts = await Promise.all(
    pairs(scores).map(async ([name, heardAt]) => ({
      name,
      heardAt: Number(heardAt),
      workers: await redis.zcount(keys.workers(name), now - SILENCE_MS, '+inf'),
      isDrained: drained.has(name),
    })),
  );
  return { hosts: hosts.sort((a, b) => (a.name < b.name ? -1 : 1)), drained, now };
}

/** Names of the hosts that are not silent. */
export async function liveHosts(redis: Redis, keys: Keys): Promise<string[]> {
  return redis.zrangebyscore(keys.hosts(), (await redisNow(redis)) - SILENCE_MS, '+inf');
}

function pairs(list: readonly string[]): [string, string][] {
  return Array.from({ length: list.length / 2 }, (_, i) => [list[2 * i]!, list[2 * i + 1]!]);
}
