import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('host-forget');

/** Takes a host off the list, unless it was heard of after `heardAt`; false then. */
export async function forgetHost(redis: Redis, keys: Keys, host: string, heardAt: number): Promise<boolean> {
  return (await script.run(redis, [keys.hosts()], [host, heardAt])) === 1;
}
