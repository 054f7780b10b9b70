import type { LimitSlots } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('limit-release');

/** Gives back a lane's slots, or its places in line; the tickets whose turn it is then. Harmless when repeated. */
export async function releaseSlots(
  redis: Redis,
  keys: Keys,
  { ticket, holder, limits }: LimitSlots,
): Promise<string[]> {
  const bounds = limits.flatMap(({ id, maxParallel }) => [id, maxParallel]);
  return (await script.run(redis, [keys.limits()], [ticket, holder, ...bounds])) as string[];
}
