import { compensatedBy, type Definition, dependenciesOf } from '@agentainer/core';
import type { RunRecord, StepRecord } from './records.js';

/**
 * What a rerun takes over of the run that it repeats, by step. `kept`: the step as it ended. `redriven`: the results
 * of its tasks that completed, while the others are run again. Steps that are not named are computed anew.
 */
export type RerunPlan = Map<string, 'kept' | 'redriven'>;

/** Which part of a run is repeated: all of it, what begins with a step, or the tasks that did not complete. */
export type RerunScope = { kind: 'whole' } | { kind: 'from_step'; step: string } | { kind: 'failed_only' };

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
      .filter((step) => (scope.kind === 'from_step' ? startsFrom(step, scope.step) : !isGood(step)))
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
    else if (scope.kind === 'failed_only' && first.has(step.name) && step.type === 'map') {
      const sameItems = !dependenciesOf(step).some((name) => again.has(name));
      if (sameItems && records.get(step.name)!.total > 0) plan.set(step.name, 'redriven');
    }
  }
  return plan;
}

function startsFrom(step: StepRecord, name: string): boolean {
  return step.name === name || (step.state !== 'completed' && step.state !== 'skipped');
}

function isGood({ state, counts, total }: StepRecord): boolean {
  return state === 'skipped' || (state === 'completed' && counts.completed === total);
}
