import type { TaskError } from '@agentainer/core';

/** The grant of a slot of an agent to a lane, fenced by `epoch`. */
export interface Lease {
  /** The ticket that asked for it. */
  id: string;
  poolId: string;
  agentId: string;
  /** Grows with every lease of the agent: max(previous + 1, now in ms). */
  epoch: number;
  /** The agent's directory on its host, where its sockets are. */
  directory: string;
  /** Tasks it may still run before it retires. */
  usesLeft: number;
  /** Tasks that it ran under earlier leases. */
  uses: number;
  /** Which of the tasks that the agent serves at once is this lease's, from 0. */
  slot: number;
}

/** What a lane asks for. */
export interface LeaseRequest {
  poolId: string;
  ticket: string;
  /** For whom: an agent that runs a task serves no other realm from then on, unless this one is empty. */
  realm: string;
  /** The lease's life unless renewed. */
  ttlMs: number;
  /** In line it counts as come so much later than it did, or earlier where that is negative. */
  behindMs: number;
  /** How urgent its run is, 1 the most; the default of runs where it is not said. */
  priority?: number;
}

/** How a lease ended. */
export interface LeaseEnding {
  /** Tasks run under it. */
  uses: number;
  /** The agent must not be used again. */
  suspect: boolean;
  /** Its tasks left something to the next one, or nobody has looked yet whether they did. Left out where they did not. */
  traces?: 'left' | 'unknown';
  /**
   * Different tasks that failed one after another until it ended, by id. Those of earlier leases count with them,
   * unless another task completed before them under this one.
   */
  failed?: { tasks: string[]; afterSuccess: boolean };
}

export type AcquireAnswer =
  | { kind: 'leased'; lease: Lease }
  /** The ticket stands in line; its grant comes over {@link LeaseStore.onGrant}. */
  | { kind: 'queued' }
  | { kind: 'broken'; error: TaskError };

/** Leases, as the worker sees them. Each call is one script and one round trip. */
export interface LeaseStore {
  /**
   * Takes an idle agent that may serve the ticket's realm, or puts the ticket in line and tells the keeper.
   * The same ticket again gets the same answer, or what came of it in the meantime: safe to repeat.
   */
  acquire(request: LeaseRequest): Promise<AcquireAnswer>;
  /** Takes a ticket out of line; the lease, where it was granted in the meantime. */
  withdraw(poolId: string, ticket: string): Promise<Lease | undefined>;
  /** False where the lease is no longer the agent's; it must then not be used any more. */
  renew(lease: Lease, ttlMs: number): Promise<boolean>;
  /**
   * Whether a lease may go on: nobody in line would go before its holder, counted as come `behindMs` later than now.
   * Where others wait elsewhere, of whatever realms, it may during its agent's tenure only.
   */
  keep(lease: Lease, behindMs: number, othersWait: boolean): Promise<boolean>;
  /**
   * Ends a lease. A suspect, failing, used-up or unclean agent goes to `retiring`, one that may be unclean to `cleaning`;
   * another one goes to the lane that waits longest of those that it may serve, or to idle, or to `retiring` where
   * lanes need the room that it may not serve. False where the lease had already ended.
   */
  release(lease: Lease, ending: LeaseEnding): Promise<boolean>;
  /** Whether the host of a lease's agent ends it because it stops itself; false where the agent is not entered any more. */
  hostStops(lease: Lease): Promise<boolean>;
  /** Calls `listener` for each grant to a ticket of this process, and for each pool that broke. */
  onGrant(listener: (grant: Grant) => void): () => void;
}

export type Grant =
  { kind: 'leased'; ticket: string; lease: Lease } | { kind: 'broken'; ticket: string; error: TaskError };
