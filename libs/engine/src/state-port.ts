import type { Json, StateOperation } from '@agentainer/core';

/** Bounds of a run's state; each one that is passed is refused, and named in the answer. */
export const STATE_LIMITS = {
  /** Keys of one run. */
  keys: 10_000,
  /** Bytes of one value, or of one element of a list or set, as JSON. */
  value: 256 * 1_024,
  /** Elements of one list or set. */
  elements: 100_000,
  /** Bytes of all values of one run, as JSON. */
  total: 64 * 1_024 * 1_024,
  /** Calls of one task whose answers are kept for its later attempts. */
  operations: 100_000,
} as const;
export type StateLimit = keyof typeof STATE_LIMITS;

/** A larger answer, in bytes of JSON, is not kept: a later attempt reads the present value instead. */
export const KEPT_ANSWER_BYTES = 4_096;

/** One state operation of an attempt. Whoever is not the task's running attempt on that agent is refused. */
export interface StateRequest {
  runId: string;
  step: string;
  index: number;
  /** The attempt's fencing token. */
  token: string;
  /** The agent that asks. */
  agentId: string;
  /** Numbers the task's calls from 1, alike in every attempt. */
  seq: number;
  operation: StateOperation;
}

export type StateOperationAnswer =
  /**
   * `value`: what `get` read; what `set`, `increment` and `compareAndSwap` left there; for `append` the
   * number of elements; for `addToSet` and `removeFromSet` whether the set changed. Null where nothing is.
   */
  | { kind: 'ok'; value: Json; swapped?: boolean }
  /** The caller is not the running attempt of the task: its work is no longer wanted. */
  | { kind: 'stale' }
  /** An earlier attempt asked for another operation under this number. */
  | { kind: 'conflict' }
  /** What the key holds is not what the operation works on. */
  | { kind: 'wrong_type'; expected: 'number' | 'safe_number' | 'list' | 'set' }
  | { kind: 'full'; limit: StateLimit };

/** The state that the tasks of a run share. */
export interface RunStateStore {
  /** Everything, in the order of the keys; empty for a run that is unknown. */
  all(runId: string): Promise<Record<string, Json>>;
  /** Undefined where nothing is stored under the key. */
  get(runId: string, key: string): Promise<Json | undefined>;
  /**
   * Sets some keys at once and leaves the others alone.
   * @throws {NotFoundError} for an unknown run
   * @throws {ConflictError} where the run has ended, or its state has no room
   * @throws {InvalidInputError} for a key that is no key, or a value over the limit
   */
  put(runId: string, values: Record<string, Json>): Promise<void>;
  /** Applies an attempt's operation once per task and `seq`; a repeated call gets its first answer. */
  apply(request: StateRequest): Promise<StateOperationAnswer>;
}
