import { type Step, TASK_ERRORS, type TaskError } from '@agentainer/core';
import type { StepRecord } from './records.js';

/** What its condition makes of a step that could run; `unknown` where nobody has looked at it. */
export function byCondition(
  step: Step,
  { condition }: StepRecord,
): 'ready' | 'skipped' | 'failed' | 'unknown' {
  if (step.when === undefined) return 'ready';
  if (!condition) return 'unknown';
  if ('fault' in condition) return 'failed';
  return condition.holds ? 'ready' : 'skipped';
}

/** Why a step failed whose condition could not be told. */
export function conditionFailure({ condition }: StepRecord): TaskError {
  const fault = condition && 'fault' in condition ? condition.fault : TASK_ERRORS.CONDITION_FAILED;
  return { code: 'CONDITION_FAILED', message: `its condition: ${fault}` };
}
