import { sourcesOf, STEP_TRANSITIONS } from '@agentainer/core';
import type { Redis } from 'ioredis';
import { allowed } from '../guards.js';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('wait-begin');

/** Lets a pending step wait, since and until a time in milliseconds since 1970, or for ever. False where it no longer is pending. */
export async function beginWait(
  redis: Redis,
  keys: Keys,
  address: { runId: string; step: string },
  since: number,
  dueAt: number | undefined,
): Promise<boolean> {
  const { runId, step } = address;
  const begun = await script.run(
    redis,
    [keys.run(runId), keys.runSteps(runId), keys.runEvents(runId)],
    [step, allowed(sourcesOf(STEP_TRANSITIONS, 'waiting')), since, dueAt ?? 0],
  );
  return begun === 1;
}
