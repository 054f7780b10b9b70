import type { Redis } from 'ioredis';
import { Script } from '../script.js';

const script = new Script('presence-announce');

/** Says that somebody is there, and forgets others that were not heard of for `forgetMs`; nobody, where that is 0. */
export async function announcePresence(
  redis: Redis,
  key: string,
  name: string,
  forgetMs: number,
): Promise<void> {
  await script.run(redis, [key], [name, forgetMs]);
}
