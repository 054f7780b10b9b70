import { type Step, TASK_ERRORS, type TaskError } from '@agentainer/core';
import type { StepRecord } from './records.js';
import { failsFast, failuresOf, succeeded } from './step-success.js';

/** How a step ends, and why where that is not an error of its tasks. */
export type StepEnding = { to: 'completed' | 'failed' } | { to: 'timed_out'; error: TaskError };

const STEP_TIMEOUT: TaskError = { code: 'STEP_TIMEOUT', message: TASK_ERRORS.STEP_TIMEOUT };

/**
 * How an open step ends, if it is to end now: all its tasks have, more of them failed than it waits for, or its time
 * is over.
 */
export function endingOf(step: Step, record: StepRecord, now: number): StepEnding | undefined {
  if (hasEnded(record)) return { to: succeeded(step, record) ? 'completed' : 'failed' };
  if (!isOpen(record)) return undefined;
  if (failsFast(step, { ...record, failures: failuresOf(record) })) return { to: 'failed' };
  if (step.type === 'wait' || step.step_timeout === undefined) return undefined;
  if (now < record.openedAt + step.step_timeout + (record.paused?.sinceOpened ?? 0)) return undefined;
  return { to: 'timed_out', error: STEP_TIMEOUT };
}

export function isOpen({ state }: Pick<StepRecord, 'state'>): boolean {
  return state === 'ready' || state === 'running';
}

/** Whether every task of an open step has ended. */
export function hasEnded(record: Pick<StepRecord, 'state' | 'counts'>): boolean {
  const { pending, running, retrying } = record.counts;
  return isOpen(record) && pending + running + retrying === 0;
}

/** Whether a step has failed its run. */
export function hasFailed({ state }: Pick<StepRecord, 'state'>): boolean {
  return state === 'failed' || state === 'timed_out';
}

/** What a run says of the step that failed it. */
export function failureOf(record: StepRecord): TaskError {
  const { name, total, error } = record;
  const bad = failuresOf(record);
  const ofTasks = record.state !== 'timed_out' && total > 1;
  const what = ofTasks ? `step ${name}: ${bad} of ${total} tasks failed, first: ` : `step ${name}: `;
  return { code: error?.code ?? 'AGENT_FAILED', message: what + (error?.message ?? 'failed') };
}
