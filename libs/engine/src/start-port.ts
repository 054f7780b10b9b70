import type { Json, RetryPolicy, TaskAddress } from '@agentainer/core';

/** The attempt that asks for something, by what it was told, and the agent that asks. */
export interface AskingAttempt extends TaskAddress {
  token: string;
  agentId: string;
  /** Numbers the task's calls from 1, alike in every attempt. */
  seq: number;
}

/** What a task starts by itself. Times are in milliseconds. */
export type Start =
  | { kind: 'job'; image: string; stepId?: string; input: Json; timeout?: number; retry?: RetryPolicy }
  | { kind: 'workflow'; workflow: string; version?: number; input: Json };

export type StartReservation =
  /** The id of the run; that of the first call where this one repeats it. */
  | { kind: 'reserved'; runId: string }
  /** Whoever asks is not the running attempt of the task on that agent. */
  | { kind: 'stale' }
  /** An earlier attempt asked for something else under this number. */
  | { kind: 'conflict' }
  /** The task has started as many as it may. */
  | { kind: 'full' };

/** Ids of runs that tasks start, so that a call that is repeated starts nothing twice. */
export interface StartStore {
  reserve(attempt: AskingAttempt, start: Start, runId: string, atMost: number): Promise<StartReservation>;
}
