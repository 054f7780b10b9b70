import { sourcesOf, TASK_ERRORS, TASK_TRANSITIONS, type TaskError } from '@agentainer/core';
import type { Redis } from 'ioredis';
import { allowed } from '../guards.js';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('task-expire');
/** Bounds the time that one call holds Redis. */
const MOST_TASKS = 500;
const LATE: TaskError = { code: 'QUEUE_TIMEOUT', message: TASK_ERRORS.QUEUE_TIMEOUT };

/** Ends tasks that nobody began within so many milliseconds from when they were put in line; how many. */
export async function expireTasks(redis: Redis, keys: Keys, runId: string, step: string, waitMs: number) {
  for (let expired = 0; ;) {
    const count = (await script.run(
      redis,
      [
        keys.run(runId),
        keys.runSteps(runId),
        keys.runEvents(runId),
        keys.stepTasks(runId, step),
        keys.stepOutcomes(runId, step),
      ],
      [step, waitMs, JSON.stringify(LATE), MOST_TASKS, allowed(sourcesOf(TASK_TRANSITIONS, 'timed_out'))],
    )) as number;
    expired += count;
    if (count < MOST_TASKS) return expired;
  }
}
