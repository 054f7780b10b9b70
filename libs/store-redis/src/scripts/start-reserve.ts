import { createHash } from 'node:crypto';
import type { Json } from '@agentainer/core';
import type { AskingAttempt, Start, StartReservation } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';
import { canonicalJson } from '../state-json.js';

const script = new Script('start-reserve');

/** Reserves the id of a run that an attempt starts. The same call again gets the id of the first one. */
export async function reserveStart(
  redis: Redis,
  keys: Keys,
  { runId, step, index, token, agentId, seq }: AskingAttempt,
  { start, id, atMost }: { start: Start; id: string; atMost: number },
): Promise<StartReservation> {
  const hash = createHash('sha256')
    .update(canonicalJson(JSON.parse(JSON.stringify(start)) as Json))
    .digest('hex');
  const [kind, reserved] = (await script.run(
    redis,
    [
      keys.run(runId),
      keys.runSteps(runId),
      keys.stepTasks(runId, step),
      `${keys.stepOperations(runId, step)}:${index}`,
    ],
    [step, index, token, agentId, seq, start.kind, hash.slice(0, 32), id, atMost],
  )) as [StartReservation['kind'], string?];
  return kind === 'reserved' ? { kind, runId: reserved! } : { kind };
}
