import type { Redis } from 'ioredis';
import { Script } from '../script.js';

const script = new Script('leadership-take');

/** Takes or keeps the lead for `ttlMs`; false where another one has it. */
export async function takeLead(redis: Redis, key: string, who: string, ttlMs: number): Promise<boolean> {
  return (await script.run(redis, [key], [who, ttlMs])) === 1;
}
