import type { LimitSlots, SlotAnswer } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { limitArguments } from '../limit-arguments.js';
import { Script } from '../script.js';

const script = new Script('limit-take');

export interface LimitTimes {
  /** Milliseconds that slots live unless renewed. */
  ttlMs: number;
  /** Least and most milliseconds until a lane in line is to come again. */
  leastMs: number;
  mostMs: number;
  /** Milliseconds that a place in line is kept for a lane that is overdue. */
  graceMs: number;
}

/** Takes a slot of every limit, of all or of none, or puts the lane in line. The same holder again gets the same slots. */
export async function takeSlots(
  redis: Redis,
  keys: Keys,
  { ticket, holder, behindMs = 0, limits }: LimitSlots,
  { ttlMs, leastMs, mostMs, graceMs }: LimitTimes,
): Promise<SlotAnswer> {
  const args = [ticket, holder, ttlMs, graceMs, leastMs, mostMs, behindMs, ...limitArguments(limits)];
  const reply = await script.run(redis, [keys.limits()], args);
  const [kind, inMs, ...called] = reply as [string, number, ...string[]];
  return kind === 'taken' ? { kind } : { kind: 'wait', inMs, called };
}
