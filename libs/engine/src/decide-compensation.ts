import {
  type AgentStep,
  type Definition,
  isTerminal,
  STEP_TRANSITIONS,
  type StepState,
  type TaskError,
} from '@agentainer/core';
import { compensationsOf, skipCompensations, statesOf } from './compensation.js';
import { byCondition, conditionFailure } from './condition-outcome.js';
import { type Decision, endBy, noDecision } from './decision.js';
import { RUN_TIMEOUT } from './end-now.js';
import type { RunRecord } from './records.js';
import { endingOf } from './step-ending.js';

/**
 * What a run calls for that is being compensated: one compensating step after the other. One that fails does not
 * keep the others from running, but the run ends `compensation_failed`.
 */
export function decideCompensation(definition: Definition, run: RunRecord): Decision {
  const decision = noDecision();
  const states = statesOf(run);
  const close = (step: string, to: StepState, error?: TaskError) => {
    decision.close.push({ kind: 'close', step, to, error });
    states.set(step, to);
  };
  const steps = compensationsOf(definition, run);
  for (const step of steps) {
    const record = run.steps.find(({ name }) => name === step.name)!;
    if (isTerminal(STEP_TRANSITIONS, record.state)) continue;
    const ending = endingOf(step, record, run.readAt);
    if (ending) {
      close(step.name, ending.to, 'error' in ending ? ending.error : undefined);
    } else if (run.readAt >= run.deadline) {
      close(step.name, 'timed_out', RUN_TIMEOUT);
    } else {
      if (record.state !== 'pending') return decision;
      const next = byCondition(step, record);
      if (next === 'unknown') decision.ask.push(step);
      if (next === 'ready') decision.open.push(step as AgentStep);
      if (next === 'ready' || next === 'unknown') return decision;
      close(step.name, next, next === 'failed' ? conditionFailure(record) : undefined);
    }
  }
  const undone = steps.every(({ name }) => ['completed', 'skipped'].includes(states.get(name)!));
  return endBy(decision, [
    ...skipCompensations(definition, states),
    { kind: 'finish', to: undone ? 'compensated' : 'compensation_failed' },
  ]);
}
