import {
  compensatedBy,
  type Definition,
  isTerminal,
  RUN_TRANSITIONS,
  type Step,
  type StepState,
  type TaskError,
} from '@agentainer/core';
import { endIncomplete, skipCompensations, statesOf, wayHasEnded } from './compensation.js';
import { byCondition, conditionFailure } from './condition-outcome.js';
import { decideCompensation } from './decide-compensation.js';
import { type Decision, endBy, noDecision } from './decision.js';
import { endNow, RUN_TIMEOUT } from './end-now.js';
import { joined, type Standing } from './join.js';
import type { RunRecord } from './records.js';
import { endingOf, failureOf, hasFailed } from './step-ending.js';
import { streamedEndings } from './streaming.js';
import { growthOf } from './tree-growth.js';
import { type EndedWait, endOfWait, SignalDesk } from './waits.js';

/**
 * Looks at a run's record and says what comes next: steps whose tasks have all ended are closed, steps whose
 * dependencies allow it are opened, steps that can no longer run are skipped, and a run without open steps
 * is finished or compensated, as is one whose time is over. A paused run waits. A pure function of the record:
 * deciding twice decides the same.
 */
export function decide(definition: Definition, run: RunRecord): Decision {
  const decision = noDecision();
  if (isTerminal(RUN_TRANSITIONS, run.state)) return decision;
  if (run.state === 'compensating') return decideCompensation(definition, run);
  if (run.readAt >= run.deadline) return endBy(decision, endNow(definition, run, 'timed_out', RUN_TIMEOUT));
  if (run.state === 'paused') return decision;
  decision.endWait = endedWaits(definition, run);
  const states = statesOf(run);
  const records = new Map(run.steps.map((s) => [s.name, s]));
  const errors: TaskError[] = run.steps.flatMap((s) => (hasFailed(s) ? [failureOf(s)] : []));

  errors.push(...endSteps(run, { definition, states, records }, decision));
  for (let changed = true; changed;) {
    changed = false;
    for (const step of definition.steps) {
      if (states.get(step.name) !== 'pending' || decision.ask.includes(step)) continue;
      const next = nextState(step, { definition, states, records });
      if (next === 'pending') continue;
      changed = true;
      if (next === 'unknown') {
        decision.ask.push(step);
        continue;
      }
      const error = next === 'failed' ? conditionFailure(records.get(step.name)!) : undefined;
      if (error) errors.push(failureOf({ ...records.get(step.name)!, state: 'failed', error }));
      if (next !== 'ready') decision.close.push({ kind: 'close', step: step.name, to: next, error });
      else if (step.type === 'wait') decision.wait.push(step);
      else decision.open.push(step);
      states.set(step.name, next);
    }
  }
  if (!wayHasEnded(definition, states)) return decision;
  if (errors.length > 0) return endBy(decision, endIncomplete(definition, states, 'failed', errors[0]!));
  return endBy(decision, [
    ...skipCompensations(definition, states),
    { kind: 'finish', to: 'completed', error: undefined },
  ]);
}

/** Closes open steps whose end has come, and lets trees grow by a level; why steps failed by that. */
function endSteps(
  run: RunRecord,
  standing: Standing & { states: Map<string, StepState> },
  decision: Decision,
): TaskError[] {
  const { definition, states, records } = standing;
  const errors: TaskError[] = [];
  for (const step of definition.steps) {
    const record = records.get(step.name)!;
    const growth = growthOf(definition, step, record, run.steps);
    if (growth) decision.extend.push(growth);
    const ending = growth ? undefined : endingOf(step, record, run.readAt);
    if (!ending) continue;
    const { to } = ending;
    if (to !== 'completed') errors.push(failureOf({ ...record, state: to, ...ending }));
    decision.close.push({ kind: 'close', step: step.name, ...ending });
    states.set(step.name, to);
  }
  for (const change of streamedEndings(standing)) {
    decision.close.push(change);
    states.set(change.step, change.to);
  }
  return errors;
}

function endedWaits(definition: Definition, run: RunRecord): EndedWait[] {
  const waiting = new Map(run.steps.filter((s) => s.state === 'waiting').map((s) => [s.name, s]));
  if (waiting.size === 0) return [];
  const desk = new SignalDesk(run);
  return definition.steps.flatMap((step) => {
    const record = waiting.get(step.name);
    const end = record && step.type === 'wait' && endOfWait(step, record, run, desk);
    return end ? [{ step: step.name, end }] : [];
  });
}

/** What becomes of a pending step; `unknown` where that depends on a condition that nobody has looked at. */
function nextState(step: Step, standing: Standing): 'pending' | 'ready' | 'skipped' | 'failed' | 'unknown' {
  if (compensatedBy(step) !== undefined) return 'pending';
  const next = joined(step, standing);
  return next === 'ready' ? byCondition(step, standing.records.get(step.name)!) : next;
}
