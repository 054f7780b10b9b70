import type { HostPressure } from '@agentainer/core';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.js';

/** Notes what puts a host under pressure, in place of what was noted before. */
export async function tellPressure(
  redis: Redis,
  keys: Keys,
  host: string,
  pressure: readonly HostPressure[],
): Promise<void> {
  if (pressure.length === 0) await redis.hdel(keys.hostPressure(), host);
  else await redis.hset(keys.hostPressure(), host, JSON.stringify(pressure));
}

/** What puts hosts under pressure, by host; only of those that are. */
export async function hostPressures(redis: Redis, keys: Keys): Promise<Map<string, HostPressure[]>> {
  const told = await redis.hgetall(keys.hostPressure());
  return new Map(Object.entries(told).map(([host, text]) => [host, JSON.parse(text) as HostPressure[]]));
}
