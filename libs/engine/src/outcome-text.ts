import type { StoredOutcome } from './records.js';

/** How a task of a map ended, as JSON that a reduce step gets; undefined where its item was dropped. */
export function outcomeText(outcome: StoredOutcome | undefined, index: number): string | undefined {
  const head = `{"index":${index},"status":`;
  if (outcome && 'result' in outcome) return `${head}"completed","result":${outcome.result}}`;
  if (outcome && 'dropped' in outcome) return undefined;
  const error = outcome?.error ?? { code: 'RUN_TIMEOUT', message: 'the task did not end in time' };
  const status = error.code === 'TASK_TIMEOUT' || error.code === 'RUN_TIMEOUT' ? 'timed_out' : 'failed';
  return `${head}"${status}","error":${JSON.stringify(error)}}`;
}
