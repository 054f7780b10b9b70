import type { Redis } from 'ioredis';
import { Script } from '../script.js';

const script = new Script('leadership-yield');

/** Gives up the lead; false where another one, or nobody, had it. */
export async function yieldLead(redis: Redis, key: string, who: string): Promise<boolean> {
  return (await script.run(redis, [key], [who])) === 1;
}
