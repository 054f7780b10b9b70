import type { Attempt } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('task-progress');

/** Keeps the latest intermediate result of an attempt (JSON text). False where it is no longer the task's attempt. */
export async function reportProgress(
  redis: Redis,
  keys: Keys,
  { runId, step, index, token }: Attempt,
  value: string,
): Promise<boolean> {
  const answer = await script.run(
    redis,
    [
      keys.run(runId),
      keys.runSteps(runId),
      keys.stepTasks(runId, step),
      `${keys.stepOperations(runId, step)}:${index}`,
    ],
    [step, index, token, value],
  );
  return answer === 1;
}
