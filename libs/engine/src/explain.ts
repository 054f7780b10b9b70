import {
  compensatedBy,
  type Definition,
  dependenciesOf,
  isTerminal,
  readsAlong,
  STEP_TRANSITIONS,
} from '@agentainer/core';
import type { StepState, WaitStep } from '@agentainer/core';
import { compensationsOf } from './compensation.js';
import type { FullLimit } from './applied-limits.js';
import { goesAlong } from './join.js';
import { type PoolOutlook, needOf } from './pool-outlook.js';
import { poolWait, startFailures } from './pool-wait.js';
import type { RunRecord, StepRecord } from './records.js';
import { parallelOf, stepNamed } from './step-lanes.js';
import type { WaitReason } from './wait-reason.js';

export interface StepExplanation {
  step: string;
  state: StepState;
  running: number;
  /** Tasks that could run, but do not; 0 while the step's tasks are not known. */
  waiting: number;
  reasons: WaitReason[];
}

export interface Surroundings {
  /** Of what {@link agentNeeds} tells. */
  pools: PoolOutlook;
  /** When the next retry of a step is due, where there is one. */
  nextRetry: ReadonlyMap<string, number>;
  /** Limits that apply to the run and let nobody through. */
  full?: readonly FullLimit[];
}

/** Says of each step that has not ended what it waits for. A pure function of what was read. */
export function explain(
  definition: Definition,
  run: RunRecord,
  surroundings: Surroundings,
): StepExplanation[] {
  const open = run.steps
    .filter((step) => !isTerminal(STEP_TRANSITIONS, step.state))
    .filter((step) => isNeeded(definition, run, step));
  return open.map((record) => {
    const { pending, retrying, running } = record.counts;
    const reasons =
      record.state === 'pending'
        ? beforeOpening(definition, run, record)
        : whileOpen(definition, run, record, surroundings);
    return { step: record.name, state: record.state, running, waiting: pending + retrying, reasons };
  });
}

/** Compensating steps wait for nothing while nobody knows whether they are needed. */
function isNeeded(definition: Definition, run: RunRecord, { name }: StepRecord): boolean {
  if (compensatedBy(stepNamed(definition, name)) === undefined) return true;
  return run.state === 'compensating' && compensationsOf(definition, run).some((step) => step.name === name);
}

/** What must have ended before a pending step; while the run is compensated, the compensating steps that come first. */
function stepsBefore(definition: Definition, run: RunRecord, name: string): string[] {
  if (run.state !== 'compensating') return dependenciesOf(stepNamed(definition, name));
  const order = compensationsOf(definition, run).map((step) => step.name);
  return order.slice(0, order.indexOf(name));
}

function beforeOpening(definition: Definition, run: RunRecord, { name }: StepRecord): WaitReason[] {
  const states = new Map(run.steps.map((step) => [step.name, step.state]));
  const records = new Map(run.steps.map((step) => [step.name, step]));
  const step = stepNamed(definition, name);
  const on = stepsBefore(definition, run, name)
    .filter((other) => !goesAlong(step, other, { definition, states, records }))
    .map((step) => ({ step, state: states.get(step)! }))
    .filter(({ state }) => !isTerminal(STEP_TRANSITIONS, state));
  if (on.length > 0) return [{ reason: 'dependency', on }];
  return [{ reason: run.state === 'paused' ? 'paused' : 'opening' }];
}

function whileOpen(
  definition: Definition,
  run: RunRecord,
  record: StepRecord,
  { pools, nextRetry, full = [] }: Surroundings,
): WaitReason[] {
  const step = stepNamed(definition, record.name);
  if (step.type === 'wait') return [waitsFor(step, record)];
  const { pending, retrying, running } = record.counts;
  const reasons: WaitReason[] = [];
  if (step.type === 'workflow' && running > 0) reasons.push({ reason: 'child_runs', running });
  const until = nextRetry.get(record.name);
  const inBackoff = retrying > 0 && until !== undefined && until > run.readAt;
  if (inBackoff) reasons.push({ reason: 'retry_backoff', tasks: retrying, until });
  const need = needOf(definition, run, record.name);
  if (pending + (inBackoff ? 0 : retrying) === 0)
    return inBackoff && need ? [...reasons, ...startFailures(need, pools, run.readAt)] : reasons;
  if (run.state === 'paused') return [...reasons, { reason: 'paused' }];
  const limit = parallelOf(definition, record);
  if (running >= limit) return [...reasons, { reason: 'parallel_limit', running, limit }];
  if (!need) return [...reasons, { reason: 'opening' }];
  if (full.length > 0 && !readsAlong(step)) return [...reasons, ...full.map(ofLimit)];
  return [...reasons, ...poolWait(need, pools, run.readAt)];
}

function waitsFor(step: WaitStep, { dueAt: until = 0 }: StepRecord): WaitReason {
  if (step.signal) return { reason: 'waits_for', what: 'signal', signal: step.signal.name, until };
  return { reason: 'waits_for', what: step.approval ? 'approval' : 'time', until };
}

function ofLimit(limit: FullLimit): WaitReason {
  const { kind, key, value, maxParallel, rate, held, waiting: lanesWaiting, tokenAt } = limit;
  const which = { limit: kind, ...(key !== undefined && { key, value }) };
  if (tokenAt !== undefined) {
    const { count, perMs } = rate!;
    return { reason: 'rate', ...which, count, perMs, until: tokenAt, lanesWaiting };
  }
  return { reason: 'limit', ...which, maxParallel: maxParallel!, held, lanesWaiting };
}
