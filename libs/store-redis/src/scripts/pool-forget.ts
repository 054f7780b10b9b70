import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('pool-forget');

/** Forgets a pool that nobody asked for within the last `unusedMs`; false where somebody did, or it was not known. */
export async function forgetPool(
  redis: Redis,
  keys: Keys,
  poolId: string,
  unusedMs: number,
): Promise<boolean> {
  return (await script.run(redis, [keys.pools(), keys.poolsUsed()], [poolId, unusedMs])) === 1;
}
