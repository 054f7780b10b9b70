import type { RunningAttempt } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('task-running');

/** Attempts of a step that run, or only those that were not renewed in time, the longest ago first. */
export async function runningTasks(
  redis: Redis,
  keys: Keys,
  { runId, step }: { runId: string; step: string },
  { limit, overdue }: { limit: number; overdue: boolean },
): Promise<RunningAttempt[]> {
  const attempts = (await script.run(
    redis,
    [keys.stepTasks(runId, step), keys.stepAlive(runId, step), keys.stepItems(runId, step)],
    [limit, overdue ? 1 : 0],
  )) as [number, string, string, string | null][];
  return attempts.map(([index, token, agentId, item]) => ({
    index,
    token,
    agentId,
    ...(item !== null && { item }),
  }));
}
