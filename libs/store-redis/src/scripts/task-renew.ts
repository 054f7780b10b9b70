import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('task-renew');

/** Says that an attempt is alive for another `ttlMs`. False where it is no longer the task's attempt. */
export async function renewTask(
  redis: Redis,
  keys: Keys,
  attempt: { runId: string; step: string; index: number; token: string },
  ttlMs: number,
): Promise<boolean> {
  const { runId, step, index, token } = attempt;
  const answer = await script.run(
    redis,
    [keys.run(runId), keys.runSteps(runId), keys.stepTasks(runId, step), keys.stepAlive(runId, step)],
    [step, index, token, ttlMs],
  );
  return answer === 1;
}
