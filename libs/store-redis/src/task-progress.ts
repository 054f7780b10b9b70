import type { TaskProgress } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.js';

/** Tasks whose progress is read at once. */
const MOST_TASKS = 20;

/** What running tasks of a step reported last, of the first of them where they are many, in item order. */
export async function taskProgress(
  redis: Redis,
  keys: Keys,
  runId: string,
  step: string,
): Promise<TaskProgress[]> {
  const running = await redis.zrange(keys.stepAlive(runId, step), '0', String(MOST_TASKS - 1));
  if (running.length === 0) return [];
  const reading = redis.pipeline();
  for (const index of running) reading.hget(`${keys.stepOperations(runId, step)}:${index}`, '#progress');
  const replies = (await reading.exec())!;
  const found = replies.flatMap(([error, text], i): TaskProgress[] => {
    if (error) throw error;
    return text === null ? [] : [read(Number(running[i]), text as string)];
  });
  return found.sort((a, b) => a.index - b.index);
}

/** `at|value` */
function read(index: number, text: string): TaskProgress {
  const end = text.indexOf('|');
  return { index, at: Number(text.slice(0, end)), value: text.slice(end + 1) };
}
