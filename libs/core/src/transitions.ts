import { IllegalTransitionError } from './errors.js';

/** For each state, the states that may follow it. A state without successors is terminal. */
export type TransitionTable<S extends string> = Readonly<Record<S, readonly S[]>>;

/**
 * A `paused` run lets the tasks that run end, and starts no other. One that did not complete, while steps of it
 * did that others compensate, is `compensating` until those have been worked through.
 */
export type RunState =
  | 'running'
  | 'paused'
  | 'completed'
  | 'failed'
  | 'timed_out'
  | 'cancelled'
  | 'compensating'
  | 'compensated'
  | 'compensation_failed';

export const RUN_TRANSITIONS: TransitionTable<RunState> = {
  running: ['paused', 'completed', 'failed', 'timed_out', 'cancelled', 'compensating'],
  paused: ['running', 'timed_out', 'cancelled', 'compensating'],
  compensating: ['compensated', 'compensation_failed'],
  completed: [],
  failed: [],
  timed_out: [],
  cancelled: [],
  compensated: [],
  compensation_failed: [],
};

/**
 * `pending` waits for other steps, `ready` has its tasks and its lanes queued, `running` had a task claimed.
 * `waiting` has no tasks, but waits for a signal, an approval or a time.
 * `skipped` could not run because a step before it failed; `timed_out` was open when its run's time was over, `cancelled` when its run was cancelled.
 */
export type StepState =
  | 'pending'
  | 'ready'
  | 'running'
  | 'waiting'
  | 'completed'
  | 'failed'
  | 'skipped'
  | 'timed_out'
  | 'cancelled';

export const STEP_TRANSITIONS: TransitionTable<StepState> = {
  pending: ['ready', 'waiting', 'skipped', 'failed', 'timed_out', 'cancelled'],
  ready: ['running', 'completed', 'failed', 'timed_out', 'cancelled'],
  running: ['completed', 'failed', 'timed_out', 'cancelled'],
  waiting: ['completed', 'failed', 'skipped', 'timed_out', 'cancelled'],
  completed: [],
  failed: [],
  skipped: [],
  timed_out: [],
  cancelled: [],
};

/**
 * `retrying` waits for its backoff to pass; a lost attempt also goes there, due at once. A task that is open when
 * its step is closed ends with it, `cancelled` or `timed_out`.
 */
export type TaskState =
  'pending' | 'running' | 'retrying' | 'completed' | 'failed' | 'timed_out' | 'cancelled';

export const TASK_TRANSITIONS: TransitionTable<TaskState> = {
  pending: ['running', 'timed_out', 'cancelled'],
  running: ['completed', 'retrying', 'failed', 'timed_out', 'cancelled'],
  retrying: ['running', 'timed_out', 'cancelled'],
  completed: [],
  failed: [],
  timed_out: [],
  cancelled: [],
};

/**
 * `creating` is being started by the keeper, `cleaning` was given back and is looked at, whether
 * anything is left of its tasks, `draining` is leased for the last time, `retiring` is given a last while
 * to end by itself. An agent whose lease ended badly goes to `retiring`, never back to `idle`.
 */
export type AgentState = 'creating' | 'idle' | 'leased' | 'cleaning' | 'draining' | 'retiring' | 'dead';

export const AGENT_TRANSITIONS: TransitionTable<AgentState> = {
  creating: ['idle', 'leased', 'retiring', 'dead'],
  idle: ['leased', 'retiring', 'dead'],
  leased: ['idle', 'leased', 'cleaning', 'draining', 'retiring', 'dead'],
  cleaning: ['idle', 'leased', 'retiring', 'dead'],
  draining: ['retiring', 'dead'],
  retiring: ['dead'],
  dead: [],
};

export function isTerminal<S extends string>(table: TransitionTable<S>, state: S): boolean {
  return table[state].length === 0;
}

/** The states from which `to` may be entered: what a script gets as its guard, so that the table stays the only truth. */
export function sourcesOf<S extends string>(table: TransitionTable<S>, to: S): S[] {
  return (Object.keys(table) as S[]).filter((from) => table[from].includes(to));
}

/** `to`, if the table lets `from` go there. @throws {IllegalTransitionError} */
export function transition<S extends string>(
  table: TransitionTable<S>,
  entity: string,
  id: string,
  from: S,
  to: S,
): S {
  if (!table[from].includes(to)) throw new IllegalTransitionError(entity, id, from, to);
  return to;
}
