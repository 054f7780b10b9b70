import type { Json } from '@agentainer/core';
import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('state-read');

/** What the wanted keys of a run's state hold, or all of them, in the order of the keys. */
export async function readState(
  redis: Redis,
  keys: Keys,
  runId: string,
  ...wanted: string[]
): Promise<[key: string, value: Json][]> {
  const names = [keys.state(runId), keys.stateList(runId, ''), keys.stateSet(runId, '')];
  const flat = (await script.run(redis, names, wanted)) as string[];
  const entries: [string, Json][] = [];
  for (let at = 0; at < flat.length; at += 2) entries.push([flat[at]!, JSON.parse(flat[at + 1]!) as Json]);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}
