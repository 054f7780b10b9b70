import { exceedsTolerance, type FailureTolerance, isMap, type Step } from '@agentainer/core';
import type { StepRecord, StepSettings } from './records.js';

type Ended = Pick<StepRecord, 'counts' | 'total' | 'failureTolerance'>;

/** How tasks of a step fared, as far as it says whether the step is to go on. */
export interface Failures extends Pick<StepSettings, 'failureTolerance'> {
  failures: number;
  total: number;
}

/** Tasks that ended badly: what failed, and what took too long. */
export function failuresOf({ counts }: Pick<StepRecord, 'counts'>): number {
  return counts.failed + counts.timed_out;
}

/** How many tasks of a step may fail: what was said while its run went on, or else what the definition says. */
export function toleranceOf(
  step: Step,
  { failureTolerance }: Pick<StepSettings, 'failureTolerance'>,
): FailureTolerance | undefined {
  if (!isMap(step) || step.continue_on_partial) return undefined;
  return failureTolerance ?? step.failure_tolerance ?? 0;
}

/**
 * Whether a step whose tasks have all ended completes: when no more of them failed than it tolerates, or, where
 * it goes on with partial results, when any succeeded.
 */
export function succeeded(step: Step, record: Ended): boolean {
  if (record.counts.completed === record.total) return true;
  if (!isMap(step)) return false;
  const tolerance = toleranceOf(step, record);
  if (tolerance === undefined) return record.counts.completed > 0;
  return !exceedsTolerance(tolerance, failuresOf(record), record.total);
}

/** Whether a step is to be closed at so many failures, although tasks of it are still open. */
export function failsFast(step: Step, tasks: Failures): boolean {
  // What is made of the results needs all of them.
  if (step.type === 'reduce') return tasks.failures > 0;
  if (!isMap(step) || step.on_failure !== 'fail_fast') return false;
  return exceedsTolerance(toleranceOf(step, tasks) ?? 0, tasks.failures, tasks.total);
}
