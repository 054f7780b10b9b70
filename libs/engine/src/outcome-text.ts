import { TASK_ERRORS, type TaskErrorCode, TIMEOUTS } from '@agentainer/core';
import type { StepRecord, StoredOutcome } from './records.js';

/** How a task of a map ended, as JSON that a reduce step gets; undefined where its item was dropped. */
export function outcomeText(outcome: StoredOutcome, index: number): string | undefined {
  const head = `{"index":${index},"status":`;
  if ('result' in outcome) return `${head}"completed","result":${outcome.result}}`;
  if ('dropped' in outcome) return undefined;
  return `${head}"${statusOf(outcome.error.code)}","error":${JSON.stringify(outcome.error)}}`;
}

/** The outcome of tasks that were open when their step was closed: the record has none for them. */
export function cutOffOutcome({ counts }: Pick<StepRecord, 'counts'>): StoredOutcome {
  const code: TaskErrorCode = counts.cancelled > 0 ? 'TASK_CANCELLED' : 'STEP_TIMEOUT';
  return { error: { code, message: TASK_ERRORS[code] } };
}

function statusOf(code: string): 'failed' | 'timed_out' | 'cancelled' {
  if (code === ('TASK_CANCELLED' satisfies TaskErrorCode)) return 'cancelled';
  return TIMEOUTS.has(code) ? 'timed_out' : 'failed';
}
