import type { Json } from '@agentainer/core';
import { STATE_LIMITS } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';
import { storedValue } from '../state-json.js';

const script = new Script('state-put');

/** `unknown` and `ended` are of the run; `keys` and `total` are the limit that would have been passed. */
export type StatePutAnswer = 'ok' | 'unknown' | 'ended' | 'keys' | 'total';

/** Sets some keys of a running run's state, all or none. */
export async function putState(
  redis: Redis,
  keys: Keys,
  runId: string,
  values: Record<string, Json>,
  limits: { keys: number; total: number } = STATE_LIMITS,
): Promise<StatePutAnswer> {
  const changes = Object.entries(values).map(([key, value]) => ({ key, ...storedValue(value) }));
  const answer = await script.run(
    redis,
    [
      keys.run(runId),
      keys.state(runId),
      ...changes.flatMap(({ key }) => [keys.stateList(runId, key), keys.stateSet(runId, key)]),
    ],
    [
      limits.keys,
      limits.total,
      ...changes.flatMap(({ key, kind, bytes, texts }) => [key, kind, bytes, texts.length, ...texts]),
    ],
  );
  return answer as StatePutAnswer;
}
