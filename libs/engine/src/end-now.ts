import {
  compensatedBy,
  type Definition,
  isTerminal,
  STEP_TRANSITIONS,
  TASK_ERRORS,
  type TaskError,
} from '@agentainer/core';
import { endIncomplete, type RunEnding, statesOf } from './compensation.js';
import type { RunRecord } from './records.js';

export const RUN_TIMEOUT: TaskError = { code: 'RUN_TIMEOUT', message: TASK_ERRORS.RUN_TIMEOUT };
export const RUN_CANCELLED: TaskError = { code: 'RUN_CANCELLED', message: TASK_ERRORS.RUN_CANCELLED };

/**
 * What ends a run before its steps have: every step that is open or still to come goes with it. Right only for the
 * revision of the record that it was made from, for a step that completes meanwhile may have to be compensated.
 */
export function endNow(
  definition: Definition,
  run: RunRecord,
  to: 'timed_out' | 'cancelled',
  error: TaskError,
): RunEnding[] {
  const states = statesOf(run);
  const open = definition.steps
    .filter((step) => compensatedBy(step) === undefined)
    .filter((step) => !isTerminal(STEP_TRANSITIONS, states.get(step.name)!));
  for (const step of open) states.set(step.name, to);
  return [
    ...open.map((step) => ({ kind: 'close', step: step.name, to, error }) as const),
    ...endIncomplete(definition, states, to, error),
  ];
}
