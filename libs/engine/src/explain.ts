import {
  compensatedBy,
  type Definition,
  dependenciesOf,
  isTerminal,
  poolOf,
  readsAlong,
  STEP_TRANSITIONS,
} from '@agentainer/core';
import type { StepState, TaskError, WaitStep } from '@agentainer/core';
import { compensationsOf } from './compensation.js';
import type { FullLimit } from './applied-limits.js';
import { goesAlong } from './join.js';
import type { RunRecord, StepRecord } from './records.js';
import { parallelOf, stepNamed } from './step-lanes.js';

/** How a pool stands on one host. */
export interface PoolStanding {
  id: string;
  host: string;
  /** How many agents the host may have of it. */
  share: { max_size: number };
  /** Whether an operator has decided that it is to have no agents. */
  drained: boolean;
  agents: { creating: number; idle: number; leased: number; cleaning: number; draining: number };
  /** Lanes in line for an agent. */
  waiting: number;
  error?: TaskError;
  /** When the next agent is started after a failed start; 0 without one. */
  retryAt: number;
}

/** Why tasks of a step do not run at present. Times are milliseconds of Redis's clock. */
export type WaitReason =
  | { reason: 'dependency'; on: { step: string; state: StepState }[] }
  /** Nothing is in the way: the step is opened within moments. */
  | { reason: 'opening' }
  /** Nothing of the run starts until it is resumed. */
  | { reason: 'paused' }
  /** It holds no agent: a signal, an approval or a time ends its wait; `until` is when it is over by itself, 0 for never. */
  | { reason: 'waits_for'; what: 'signal' | 'approval' | 'time'; signal?: string; until: number }
  /** For the end of runs that it started. */
  | { reason: 'child_runs'; running: number }
  | { reason: 'retry_backoff'; tasks: number; until: number }
  /** As many tasks run as the step may run at once. */
  | { reason: 'parallel_limit'; running: number; limit: number }
  /** Lanes of other steps or runs hold all slots of a limit that it shares with them. */
  | {
      reason: 'limit';
      limit: 'global' | 'workflow' | 'key';
      key?: string;
      value?: string;
      maxParallel: number;
      held: number;
      lanesWaiting: number;
    }
  /** As many attempts as a limit allows were begun; the next may at `until`. */
  | {
      reason: 'rate';
      limit: 'global' | 'workflow' | 'key';
      key?: string;
      value?: string;
      count: number;
      perMs: number;
      until: number;
      lanesWaiting: number;
    }
  /** No host is there that may have agents of it. */
  | { reason: 'no_host'; pool: string }
  /** An operator has decided that the pool is to have no agents. */
  | { reason: 'pool_drained'; pool: string }
  | { reason: 'pool_broken'; pool: string; host: string; error: TaskError; retryAt: number }
  | { reason: 'agents_starting'; pool: string; host: string; starting: number; lanesWaiting: number }
  | { reason: 'pool_full'; pool: string; host: string; busy: number; size: number; lanesWaiting: number }
  /** Its lanes stand in the pool's queue until a worker takes them. */
  | { reason: 'queued'; pool: string };

export interface StepExplanation {
  step: string;
  state: StepState;
  running: number;
  /** Tasks that could run, but do not; 0 while the step's tasks are not known. */
  waiting: number;
  reasons: WaitReason[];
}

export interface Surroundings {
  pools: readonly PoolStanding[];
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
  if (pending + (inBackoff ? 0 : retrying) === 0) return reasons;
  if (run.state === 'paused') return [...reasons, { reason: 'paused' }];
  const limit = parallelOf(definition, record);
  if (running >= limit) return [...reasons, { reason: 'parallel_limit', running, limit }];
  if (step.type === 'workflow') return [...reasons, { reason: 'opening' }];
  if (full.length > 0 && !readsAlong(step)) return [...reasons, ...full.map(ofLimit)];
  return [...reasons, ...ofPool(poolOf(step).id, pools, run.readAt)];
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

function ofPool(pool: string, pools: readonly PoolStanding[], now: number): WaitReason[] {
  const known = pools.filter(({ id }) => id === pool);
  if (known.some(({ drained }) => drained)) return [{ reason: 'pool_drained', pool }];
  const standings = known.filter(({ share }) => share.max_size > 0);
  if (standings.length === 0) return [{ reason: 'no_host', pool }];
  const reasons = standings.map((standing) => onHost(standing, now));
  // One host with room is enough: then only a worker is missing.
  return reasons.every((reason) => reason !== undefined) ? reasons : [{ reason: 'queued', pool }];
}

function onHost(standing: PoolStanding, now: number): WaitReason | undefined {
  const { id: pool, host, agents, share, waiting: lanesWaiting, error, retryAt } = standing;
  if (agents.idle > 0) return undefined;
  // Also while the one start after the wait shows whether starts work again.
  if (error && (retryAt > now || agents.creating > 0))
    return { reason: 'pool_broken', pool, host, error, retryAt };
  if (agents.creating > 0)
    return { reason: 'agents_starting', pool, host, starting: agents.creating, lanesWaiting };
  const size = share.max_size;
  const busy = agents.leased + agents.cleaning + agents.draining;
  if (busy >= size) return { reason: 'pool_full', pool, host, busy, size, lanesWaiting };
  return undefined;
}
