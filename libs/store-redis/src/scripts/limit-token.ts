import type { LimitSlots } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { limitArguments } from '../limit-arguments.js';
import { Script } from '../script.js';

const script = new Script('limit-token');

/** Takes one more token of each limit that has a rate, of all or of none. Sent twice, it may take two. */
export async function takeToken(redis: Redis, keys: Keys, { limits }: LimitSlots): Promise<boolean> {
  return (await script.run(redis, [keys.limits()], limitArguments(limits))) === 1;
}
