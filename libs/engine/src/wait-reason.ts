import type { HostPressure, StepState, TaskError } from '@agentainer/core';

/** Why a pool has no agent for a lane, or for a while none more. Times are milliseconds of Redis's clock. */
export type PoolWaitReason =
  /** No host was heard of lately. */
  | { reason: 'no_host'; pool: string }
  /** An operator has decided that the pool is to have no agents; so many it has still. */
  | { reason: 'pool_drained'; pool: string; agents: number }
  /** An operator has decided that of each host. */
  | { reason: 'hosts_drained'; pool: string; hosts: string[] }
  /** No host was told yet that it may have agents: nobody divides the pool, or there are `agents` that have to end first. */
  | { reason: 'no_share'; pool: string; agents: number }
  | HostWaitReason
  /** Its lanes stand in the pool's queue until one of so many workers takes them. */
  | { reason: 'queued'; pool: string; workers: number };

/** The same of one host. */
export type HostWaitReason =
  /** Nobody there takes lanes. */
  | OnHost<'no_worker'>
  | OnHost<'pool_full', { busy: number; size: number; lanesWaiting: number }>
  | OnHost<'image_pulling', { lanesWaiting: number }>
  | StartFailureReason
  | OnHost<
      'agents_starting',
      { starting: number; hostPressure: readonly HostPressure[]; lanesWaiting: number }
    >
  /** Agents are on their way out; others may be started as soon as they are gone. */
  | OnHost<'agents_ending', { ending: number; size: number; lanesWaiting: number }>
  /** The idle agents are left to realms of others. One makes room. */
  | OnHost<'reuse', { idle: number; size: number; lanesWaiting: number }>
  /** There is room for an agent, and nothing in its way: a host starts a few at a time. */
  | OnHost<'start_pending', { hostPressure: readonly HostPressure[]; lanesWaiting: number }>;

/** Why agents do not start on a host; `retryAt` is when the next one is tried, and meanwhile others may have its share. */
export type StartFailureReason = OnHost<
  'image_missing' | 'pull_failed' | 'not_permitted' | 'network_missing' | 'engine_away' | 'pool_broken',
  { error: TaskError; failures: number; retryAt: number; shareIsElsewhere: boolean; lanesWaiting: number }
>;

type OnHost<R extends string, Facts = object> = R extends string
  ? { reason: R; pool: string; host: string } & Facts
  : never;

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
  | PoolWaitReason;
