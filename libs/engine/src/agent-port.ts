import type { TaskAddress, TaskError } from '@agentainer/core';
import type { LogText } from './log-port.js';

/** What a claim says in place of an agent's id where no agent can be had. */
export const NO_AGENT = 'none';

/** The right to use one agent for a while. */
export interface AgentLease {
  readonly agentId: string;
  /** Tasks that it may still run under this lease; at 0 it must be released. */
  usesLeft: number;
  /** Aborts when the lease is lost. */
  readonly lost: AbortSignal;
  /** Runs one attempt. Never throws: what goes wrong is part of the answer. */
  run(attempt: AttemptRequest): Promise<AttemptResult>;
  /**
   * Whether its holder may go on with it for another time slice: nobody would go before.
   * @param behindMs as for {@link AgentSource.lease}
   * @param othersWait not in line for an agent but elsewhere; nobody knows which agents they could use
   */
  keep(behindMs: number, othersWait: boolean): Promise<boolean>;
  /** Gives the agent back; `suspect` has it destroyed instead of reused, and so do too many failed tasks in a row. */
  release(options?: { suspect?: boolean; failed?: FailedTasks }): Promise<void>;
}

/** Different tasks that failed on an agent one after another until its lease ended. */
export interface FailedTasks {
  /** Their ids. */
  tasks: string[];
  /** Whether another one completed before them under this lease: then those of earlier leases do not count. */
  afterSuccess: boolean;
}

export interface AttemptRequest {
  runId: string;
  workflowId: string | null;
  /** The task that started the run. */
  parent?: TaskAddress;
  step: string;
  kind: 'sequential' | 'map' | 'reduce';
  index: number;
  /** Of a task of a reduce tree: its level, 0 where it gets outcomes of the map. */
  level?: number;
  attempt: number;
  token: string;
  /** The input as JSON text, in one piece or in parts. */
  input: string | AsyncIterable<string>;
  timeoutMs: number;
  /** Milliseconds that the input may take to come; `timeoutMs` begins after it. Both are one time where it is undefined. */
  inputTimeMs?: number;
  /** Gets the JSON text of each intermediate result that the task reports. */
  onProgress?: (value: string) => void;
  /** Gets what the task prints, as it does; nobody wants it where it is undefined. */
  onLog?: (log: LogText) => void;
  /** Milliseconds without a sign of life after which the agent counts as hung; undefined where it need not give any. */
  heartbeatTimeoutMs?: number;
  /** Secrets that the task may ask for: what it says is kept without their values. */
  secrets?: readonly string[];
  signal: AbortSignal;
}

/** `suspect` agents must not be used again. */
export type AttemptResult =
  | { kind: 'completed'; result: string }
  | { kind: 'dropped' }
  | {
      kind: 'failed';
      error: TaskError;
      retryable: boolean;
      suspect: boolean;
      /** Not to be tried again before so many milliseconds. */
      retryAfterMs?: number;
    }
  | { kind: 'timed_out'; error: TaskError }
  /** It was given up by its signal, and the agent has ended it: the agent may be used again. */
  | { kind: 'stopped'; error: TaskError }
  | { kind: 'lost'; error: TaskError };

export type LeaseAnswer =
  | { kind: 'leased'; lease: AgentLease }
  /** No agent became free in time. */
  | { kind: 'busy' }
  /** No agent can be had: the image does not exist, or its agents do not start. */
  | { kind: 'broken'; error: TaskError };

/** Where lanes get their agents. */
export interface AgentSource {
  /**
   * @param options `behindMs`: by how much the lane counts as come later than now, or earlier where it is negative.
   * `realm`: for whom; an agent that has run a task for one serves no other. Empty where anybody's will do.
   */
  lease(
    poolId: string,
    options: { waitMs: number; signal: AbortSignal; behindMs: number; priority: number; realm: string },
  ): Promise<LeaseAnswer>;
}
