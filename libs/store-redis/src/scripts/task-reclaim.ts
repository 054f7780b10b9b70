import { TASK_ERRORS, type TaskError } from '@agentainer/core';
import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { poison } from '../poison.js';
import { Script } from '../script.js';

const script = new Script('task-reclaim');
/** Bounds the time that one call holds Redis. */
const MOST_TASKS = 200;
const LOST: TaskError = { code: 'ATTEMPT_LOST', message: TASK_ERRORS.ATTEMPT_LOST };

/** Puts tasks back in line whose attempts were not renewed in time; how many. */
export async function reclaimTasks(redis: Redis, keys: Keys, runId: string, step: string, maxLost: number) {
  const reclaimed = await script.run(
    redis,
    [
      keys.run(runId),
      keys.runSteps(runId),
      keys.runEvents(runId),
      keys.stepTasks(runId, step),
      keys.stepOutcomes(runId, step),
      keys.stepAlive(runId, step),
      keys.stepRetries(runId, step),
      keys.stepOperations(runId, step),
      keys.stepHistory(runId, step),
    ],
    [step, maxLost, JSON.stringify(LOST), MOST_TASKS, poison(LOST)],
  );
  return reclaimed as number;
}
