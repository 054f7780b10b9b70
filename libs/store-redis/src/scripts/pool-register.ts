import type { PoolSpec } from '@agentainer/core';
import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('pool-register');

/** Makes a pool known, and notes that it is needed; whether it is new. */
export async function registerPool(redis: Redis, keys: Keys, spec: PoolSpec): Promise<boolean> {
  const args = [spec.id, JSON.stringify(spec)];
  return (await script.run(redis, [keys.pools(), keys.poolsUsed()], args)) === 1;
}
