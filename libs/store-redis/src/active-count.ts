import type { Redis } from 'ioredis';
import type { Keys } from './keys.js';

/** Entries looked at in one count. */
const CHECKED_AT_ONCE = 100;

/**
 * How many runs of a workflow have not ended. A start that crashed before it wrote its record leaves an entry that
 * nobody can tell the workflow of when the sweeper drops it from the list of all runs: the oldest are compared with that.
 */
export async function activeCountOf(redis: Redis, keys: Keys, workflowId: string): Promise<number> {
  const key = keys.workflowActiveRuns(workflowId);
  const oldest = await redis.zrange(key, '0', String(CHECKED_AT_ONCE - 1));
  if (oldest.length === 0) return 0;
  const known = await redis.zmscore(keys.activeRuns(), ...oldest);
  const gone = oldest.filter((_, i) => known[i] === null);
  if (gone.length > 0) await redis.zrem(key, ...gone);
  return redis.zcard(key);
}
