import { compensatedBy, type Definition, dependenciesOf, isMap, type MapStep } from '@agentainer/core';
import type { RunRecord, StepRecord } from './records.js';
import { failuresOf } from './step-success.js';

/**
 * What a rerun takes over of a step. `kept`: the step as it ended. `redriven`: the results of its tasks that completed,
 * while the others are run again; with `again`, tasks that failed and are not among these stay as they ended, too.
 */
export type RerunPart = 'kept' | 'redriven' | { again: ReadonlySet<number> };

/** What a rerun takes over of the run that it repeats, by step. Steps that are not named are computed anew. */
export type RerunPlan = Map<string, RerunPart>;

/** Tasks of a run, by step. */
export type TaskChoice = ReadonlyMap<string, ReadonlySet<number>>;

/**
 * Which part of a run is repeated: all of it, what begins with a step, the tasks that did not complete, or, of those
 * that failed, these (and what never came to an end of its own, for the run was ended before).
 */
export type RerunScope =
  | { kind: 'whole' }
  | { kind: 'from_step'; step: string }
  | { kind: 'failed_only' }
  | { kind: 'redrive'; tasks: TaskChoice };

/**
 * A step is kept only where every step it depends on is, so that no result is older than what it was made from.
 * That also tells a step that was skipped for one that failed, which runs now, from a branch that was not taken.
 * Compensating steps are never kept: what they would undo may be run again. A pure function of the definition and the
 * run's record.
 */
export function rerunPlan(definition: Definition, run: RunRecord, scope: RerunScope): RerunPlan {
  const plan: RerunPlan = new Map();
  if (scope.kind === 'whole') return plan;
  const records = new Map(run.steps.map((step) => [step.name, step]));
  const again = new Set(
    definition.steps
      .map((step) => records.get(step.name)!)
      .filter((step) => isRunAgain(step, scope))
      .map((step) => step.name),
  );
  const first = new Set(again);
  for (let before = -1; before < again.size;) {
    before = again.size;
    for (const step of definition.steps) {
      if (dependenciesOf(step).some((name) => again.has(name))) again.add(step.name);
    }
  }
  for (const step of definition.steps.filter((s) => compensatedBy(s) === undefined)) {
    if (!again.has(step.name)) plan.set(step.name, 'kept');
    else if (scope.kind !== 'from_step' && first.has(step.name) && isMap(step)) {
      const sameItems = !dependenciesOf(step).some((name) => again.has(name));
      if (sameItems && records.get(step.name)!.total > 0) plan.set(step.name, partOf(step, scope));
    }
  }
  return plan;
}

function isRunAgain(step: StepRecord, scope: Exclude<RerunScope, { kind: 'whole' }>): boolean {
  switch (scope.kind) {
    case 'from_step':
      return startsFrom(step, scope.step);
    case 'failed_only':
      return !isGood(step);
    case 'redrive':
      return scope.tasks.has(step.name) || step.state === 'cancelled' || step.state === 'timed_out';
  }
}

/** Failures that a step keeps would end it before the others are tried, were it to fail fast: it keeps none. */
function partOf(step: MapStep, scope: RerunScope): RerunPart {
  if (scope.kind !== 'redrive' || step.on_failure === 'fail_fast') return 'redriven';
  return { again: scope.tasks.get(step.name) ?? new Set() };
}

function startsFrom(step: StepRecord, name: string): boolean {
  return step.name === name || (step.state !== 'completed' && step.state !== 'skipped');
}

/** A completed step may have tasks that nobody needed any more. */
function isGood(step: StepRecord): boolean {
  return step.state === 'skipped' || (step.state === 'completed' && failuresOf(step) === 0);
}
