import { isTerminal, STEP_TRANSITIONS, TASK_ERRORS, type TaskError } from '@agentainer/core';
import type { RunChange } from './ports.js';
import type { RunRecord } from './records.js';

const CANCELLED: TaskError = { code: 'RUN_CANCELLED', message: TASK_ERRORS.RUN_CANCELLED };

/** What ends a run on request: every step that has not ended goes with it. */
export function cancelChanges(run: RunRecord): RunChange[] {
  const open = run.steps.filter((step) => !isTerminal(STEP_TRANSITIONS, step.state));
  return [
    ...open.map((step) => ({ kind: 'close', step: step.name, to: 'cancelled', error: CANCELLED }) as const),
    { kind: 'finish', to: 'cancelled', error: CANCELLED },
  ];
}
