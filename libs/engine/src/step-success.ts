import { exceedsTolerance, isMap, type Step } from '@agentainer/core';
import type { StepRecord } from './records.js';

type Ended = Pick<StepRecord, 'counts' | 'total'>;

/** Tasks that ended badly: what failed, and what took too long. */
export function failuresOf({ counts }: Pick<StepRecord, 'counts'>): number {
  return counts.failed + counts.timed_out;
}

/**
 * Whether a step whose tasks have all ended completes: when no more of them failed than it tolerates, or, where
 * it goes on with partial results, when any succeeded.
 */
export function succeeded(step: Step, record: Ended): boolean {
  if (record.counts.completed === record.total) return true;
  if (!isMap(step)) return false;
  if (step.continue_on_partial) return record.counts.completed > 0;
  return !exceedsTolerance(step.failure_tolerance ?? 0, failuresOf(record), record.total);
}

/** Whether a step is to be closed at so many failures, although tasks of it are still open. */
export function failsFast(step: Step, failures: number, total: number): boolean {
  // What is made of the results needs all of them.
  if (step.type === 'reduce') return failures > 0;
  if (!isMap(step) || step.on_failure !== 'fail_fast') return false;
  return exceedsTolerance(step.failure_tolerance ?? 0, failures, total);
}
