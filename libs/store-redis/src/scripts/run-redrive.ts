import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('run-redrive');

/** Notes which run redrives another one; the first that was noted, or undefined where there is no such run. */
export async function noteRedrive(
  redis: Redis,
  keys: Keys,
  runId: string,
  by: string,
): Promise<string | undefined> {
  return ((await script.run(redis, [keys.run(runId)], [by])) as string | null) ?? undefined;
}
