import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('pool-announce');
/** After this time without a word a host is forgotten; its agents stay in the registry until it comes back. */
const FORGET_MS = 86_400_000;

/** Says that a host has a keeper. */
export async function announceHost(redis: Redis, keys: Keys, host: string): Promise<void> {
  await script.run(redis, [keys.hosts()], [host, FORGET_MS]);
}
