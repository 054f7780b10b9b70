import {
  type AgentStep,
  type Definition,
  isTerminal,
  RUN_TRANSITIONS,
  type Step,
  STEP_TRANSITIONS,
  TASK_ERRORS,
  type TaskError,
  type WaitStep,
} from '@agentainer/core';
import { joined, type Standing } from './join.js';
import type { RunChange } from './ports.js';
import type { RunRecord, StepRecord } from './records.js';
import { endingOf, failureOf, hasFailed } from './step-ending.js';
import { type EndedWait, endOfWait, SignalDesk } from './waits.js';

/** What a run's record asks for. `open` steps need their tasks laid out before they are opened. */
export interface Decision {
  close: Extract<RunChange, { kind: 'close' }>[];
  open: AgentStep[];
  /** Steps that begin to wait, and waits that end. */
  wait: WaitStep[];
  endWait: EndedWait[];
  /** Steps that could be opened, were it known whether their conditions hold. */
  ask: Step[];
  finish?: Extract<RunChange, { kind: 'finish' }>;
}

/**
 * Looks at a run's record and says what comes next: steps whose tasks have all ended are closed, steps whose
 * dependencies allow it are opened, steps that can no longer run are skipped, and a run without open steps
 * is finished, as is one whose time is over. A paused run waits. A pure function of the record: deciding twice decides the same.
 */
export function decide(definition: Definition, run: RunRecord): Decision {
  const decision: Decision = { close: [], open: [], wait: [], endWait: [], ask: [] };
  if (isTerminal(RUN_TRANSITIONS, run.state)) return decision;
  if (run.readAt >= run.deadline) return timeUp(run);
  if (run.state === 'paused') return decision;
  decision.endWait = endedWaits(definition, run);
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
    wait: [],
    endWait: [],
    ask: [],
    finish: { kind: 'finish', to: 'timed_out', error: RUN_TIMEOUT },
  };
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
  const next = joined(step, standing);
  if (next !== 'ready' || step.when === undefined) return next;
  const condition = standing.records.get(step.name)!.condition;
  if (!condition) return 'unknown';
  if ('fault' in condition) return 'failed';
  return condition.holds ? 'ready' : 'skipped';
}

function conditionFailure({ condition }: StepRecord): TaskError {
  const fault = condition && 'fault' in condition ? condition.fault : TASK_ERRORS.CONDITION_FAILED;
  return { code: 'CONDITION_FAILED', message: `its condition: ${fault}` };
}
