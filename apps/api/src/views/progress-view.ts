import { formatTaskId } from '@agentainer/core';
import type { TaskProgressBody } from '@agentainer/contracts';
import type { TaskProgress } from '@agentainer/engine';
import { momentView } from './time-view.js';

/** What running tasks of a step reported last, as JSON text with their values as they wrote them. */
export function progressView(runId: string, step: string, progress: TaskProgress[]): string {
  const texts = progress.map(({ index, at, value }) => {
    const body: Omit<TaskProgressBody, 'value'> = {
      job_id: formatTaskId({ runId, step, index }),
      index,
      at: momentView(at),
    };
    return `${JSON.stringify(body).slice(0, -1)},"value":${value}}`;
  });
  return `[${texts.join(',')}]`;
}
