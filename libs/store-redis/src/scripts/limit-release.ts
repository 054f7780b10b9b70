import type { LimitSlots } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { limitArguments } from '../limit-arguments.js';
import { Script } from '../script.js';

const script = new Script('limit-release');

/** Gives back a lane's slots, or its places in line, and tokens that are not spent; the tickets whose turn it is then. Harmless when repeated. */
export async function releaseSlots(
  redis: Redis,
  keys: Keys,
  { ticket, holder, limits }: LimitSlots,
  unspent: boolean,
): Promise<string[]> {
  const args = [ticket, holder, unspent ? 1 : 0, ...limitArguments(limits)];
  return (await script.run(redis, [keys.limits()], args)) as string[];
}
