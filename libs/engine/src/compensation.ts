import {
  compensatedBy,
  type Definition,
  dependenciesOf,
  isTerminal,
  type Step,
  STEP_TRANSITIONS,
  type StepState,
  type TaskError,
} from '@agentainer/core';
import type { RunChange } from './ports.js';
import type { RunRecord } from './records.js';

type States = ReadonlyMap<string, StepState>;

/** What ends a run: its open steps are closed, and it is finished or compensated. */
export type RunEnding = Extract<RunChange, { kind: 'close' | 'finish' | 'compensate' }>;

/**
 * The compensating steps of those that completed, in the order in which they are to run: what completed last is
 * undone first. Of steps that completed in the same millisecond the one that depends on the other is the later one.
 */
export function compensationsOf(definition: Definition, run: RunRecord): Step[] {
  const finishedAt = new Map(run.steps.map((step) => [step.name, step.finishedAt]));
  const places = new Map(inOrder(definition).map((name, place) => [name, place]));
  const later = (a: Step, b: Step) => {
    const [x, y] = [compensatedBy(a)!, compensatedBy(b)!];
    return finishedAt.get(y)! - finishedAt.get(x)! || places.get(y)! - places.get(x)!;
  };
  return owed(definition, statesOf(run)).sort(later);
}

/** What ends a run that did not complete: it is compensated first where one of the steps that completed is to be. */
export function endIncomplete(
  definition: Definition,
  states: States,
  to: 'failed' | 'timed_out' | 'cancelled',
  error: TaskError,
): RunEnding[] {
  if (owed(definition, states).length > 0)
    return [
      { kind: 'compensate', to: 'compensating', error, timeout: definition.config.compensation_timeout },
    ];
  return [...skipCompensations(definition, states), { kind: 'finish', to, error }];
}

/** Closes compensating steps that have nothing to do: the run completed, or what they would undo did not. */
export function skipCompensations(
  definition: Definition,
  states: States,
): Extract<RunChange, { kind: 'close' }>[] {
  return definition.steps
    .filter((step) => compensatedBy(step) !== undefined && states.get(step.name) === 'pending')
    .map((step) => ({ kind: 'close', step: step.name, to: 'skipped' }));
}

export function statesOf({ steps }: RunRecord): Map<string, StepState> {
  return new Map(steps.map(({ name, state }) => [name, state]));
}

/** Whether every step has ended that is part of the run's way: compensating ones are not. */
export function wayHasEnded({ steps }: Definition, states: States): boolean {
  return steps.every(
    (step) => compensatedBy(step) !== undefined || isTerminal(STEP_TRANSITIONS, states.get(step.name)!),
  );
}

function owed({ steps }: Definition, states: States): Step[] {
  return steps.filter((step) => {
    const target = compensatedBy(step);
    return target !== undefined && states.get(target) === 'completed';
  });
}

/** The names of the steps, each behind those that it depends on. */
function inOrder({ steps }: Definition): string[] {
  const placed = new Set<string>();
  for (let before = -1; before < placed.size;) {
    before = placed.size;
    for (const step of steps)
      if (dependenciesOf(step).every((name) => placed.has(name))) placed.add(step.name);
  }
  return [...placed];
}
