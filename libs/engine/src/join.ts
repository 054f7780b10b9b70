import {
  dataSourcesOf,
  type Definition,
  dependenciesOf,
  isTerminal,
  type Step,
  STEP_TRANSITIONS,
  type StepState,
  streams,
} from '@agentainer/core';
import type { StepRecord } from './records.js';
import { isOpen } from './step-ending.js';

/** How the steps of a run stand: as recorded, and as a decision that is being made has them. */
export interface Standing {
  definition: Definition;
  states: ReadonlyMap<string, StepState>;
  records: ReadonlyMap<string, StepRecord>;
}

/**
 * What the steps before a pending one make of it. Its `join` says which of them must have ended how; the steps
 * that its data comes from must have ended in any case, but for a map whose results it takes up as they come.
 */
export function joined(step: Step, standing: Standing): 'pending' | 'ready' | 'skipped' {
  const stateOf = (name: string) =>
    goesAlong(step, name, standing) ? 'completed' : standing.states.get(name)!;
  const names = dependenciesOf(step);
  const hasEnded = (name: string) => isTerminal(STEP_TRANSITIONS, stateOf(name));
  const hasCompleted = (name: string) => stateOf(name) === 'completed';
  const allEnded = names.every(hasEnded);
  switch (step.join) {
    case 'all':
      if (names.every(hasCompleted)) return 'ready';
      break;
    case 'any':
      if (names.length === 0) return 'ready';
      if (names.some(hasCompleted) && dataSourcesOf(step).every(hasEnded)) return 'ready';
      break;
    case 'none_failed':
      if (allEnded && !names.some((name) => endedByFailure(name, standing))) return 'ready';
  }
  return allEnded ? 'skipped' : 'pending';
}

/** Whether a step need not wait for another one's end, for it takes up what comes of it while it goes on. */
export function goesAlong(step: Step, name: string, { definition, states, records }: Standing): boolean {
  const record = records.get(name);
  if (!record?.streamed || !streams(definition, step, name)) return false;
  return isOpen(record) && !isTerminal(STEP_TRANSITIONS, states.get(name)!);
}

/** Whether a step that has ended did so badly, or was skipped for one before it that did. A branch not taken did not. */
function endedByFailure(name: string, standing: Standing, seen = new Set<string>()): boolean {
  const state = standing.states.get(name)!;
  if (state === 'completed' || seen.has(name)) return false;
  if (state !== 'skipped') return isTerminal(STEP_TRANSITIONS, state);
  seen.add(name);
  const condition = standing.records.get(name)?.condition;
  if (condition && 'holds' in condition) return false;
  const step = standing.definition.steps.find((s) => s.name === name)!;
  return dependenciesOf(step).some((dependency) => endedByFailure(dependency, standing, seen));
}
