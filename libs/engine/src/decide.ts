import {
  type Definition,
  dependenciesOf,
  isTerminal,
  RUN_TRANSITIONS,
  type Step,
  STEP_TRANSITIONS,
  type StepState,
  TASK_ERRORS,
  type TaskError,
} from '@agentainer/core';
import type { RunChange } from './ports.js';
import type { RunRecord } from './records.js';
import { endingOf, failureOf, hasFailed } from './step-ending.js';

/** What a run's record asks for. `open` steps need their tasks laid out before they are opened. */
export interface Decision {
  close: Extract<RunChange, { kind: 'close' }>[];
  open: Step[];
  finish?: Extract<RunChange, { kind: 'finish' }>;
}

/**
 * Looks at a run's record and says what comes next: steps whose tasks have all ended are closed, steps whose
 * dependencies completed are opened, steps that can no longer run are skipped, and a run without open steps
 * is finished, as is one whose time is over. A paused run waits. A pure function of the record: deciding twice decides the same.
 */
export function decide(definition: Definition, run: RunRecord): Decision {
  const decision: Decision = { close: [], open: [] };
  if (isTerminal(RUN_TRANSITIONS, run.state)) return decision;
  if (run.readAt >= run.deadline) return timeUp(run);
  if (run.state === 'paused') return decision;
  const states = new Map(run.steps.map((s) => [s.name, s.state]));
  const records = new Map(run.steps.map((s) => [s.name, s]));
  const errors: TaskError[] = run.steps.flatMap((s) => (hasFailed(s) ? [failureOf(s)] : []));

  for (const step of definition.steps) {
    const record = records.get(step.name)!;
    const ending = endingOf(step, record, run.readAt);
    if (!ending) continue;
    const { to } = ending;
    if (to !== 'completed') errors.push(failureOf({ ...record, state: to, ...ending }));
    decision.close.push({ kind: 'close', step: step.name, ...ending });
    states.set(step.name, to);
  }
  for (let changed = true; changed;) {
    changed = false;
    for (const step of definition.steps) {
      if (states.get(step.name) !== 'pending') continue;
      const next = nextState(dependenciesOf(step).map((name) => states.get(name)!));
      if (next === 'pending') continue;
      if (next === 'skipped') decision.close.push({ kind: 'close', step: step.name, to: next });
      else decision.open.push(step);
      states.set(step.name, next);
      changed = true;
    }
  }
  if ([...states.values()].every((state) => isTerminal(STEP_TRANSITIONS, state))) {
    decision.finish = { kind: 'finish', to: errors.length > 0 ? 'failed' : 'completed', error: errors[0] };
  }
  return decision;
}

const RUN_TIMEOUT: TaskError = { code: 'RUN_TIMEOUT', message: TASK_ERRORS.RUN_TIMEOUT };

function timeUp(run: RunRecord): Decision {
  const open = run.steps.filter((s) => !isTerminal(STEP_TRANSITIONS, s.state));
  return {
    close: open.map((s) => ({ kind: 'close', step: s.name, to: 'timed_out', error: RUN_TIMEOUT })),
    open: [],
    finish: { kind: 'finish', to: 'timed_out', error: RUN_TIMEOUT },
  };
}

function nextState(dependencies: StepState[]): StepState {
  if (dependencies.every((state) => state === 'completed')) return 'ready';
  const ended = dependencies.every((state) => isTerminal(STEP_TRANSITIONS, state));
  return ended ? 'skipped' : 'pending';
}
