import type { LimitSlots } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('limit-renew');

/** Prolongs slots to `ttlMs` from now; false where they have ended. */
export async function renewSlots(
  redis: Redis,
  keys: Keys,
  { holder, limits }: LimitSlots,
  ttlMs: number,
): Promise<boolean> {
  const ids = limits.map(({ id }) => id);
  return (await script.run(redis, [keys.limits()], [holder, ttlMs, ...ids])) === 1;
}
