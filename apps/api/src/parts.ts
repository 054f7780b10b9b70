import type { AgentPermissions } from '@agentainer/core';
import type {
  ItemAccess,
  LimitStore,
  LogReader,
  PoolOutlookReader,
  Redriver,
  Rerunner,
  RunControl,
  RunStarter,
  RunStateStore,
  RunStore,
  StepChanger,
  WaitingRuns,
  WorkflowStore,
} from '@agentainer/engine';
import type { AlertReader, HostDirectory, PoolControl } from '@agentainer/pool';
import type { Registry } from '@agentainer/runtime';
import type { Vault } from '@agentainer/secrets';
import type { BoardQueue } from './board/board.js';
import type { Followers } from './http/followers.js';

/** The run record, as far as the API reads it. */
export type RunRecords = Pick<
  RunStore,
  | 'load'
  | 'definition'
  | 'input'
  | 'limitKeys'
  | 'outcomes'
  | 'tasks'
  | 'nextRetry'
  | 'progress'
  | 'events'
  | 'list'
  | 'history'
  | 'withDeadLetters'
  | 'children'
>;

/** What the routes stand on. */
export interface Parts {
  workflows: WorkflowStore;
  runs: RunRecords;
  starter: Pick<RunStarter, 'startWorkflow' | 'startJob'>;
  control: Pick<RunControl, 'cancel' | 'pause' | 'resume' | 'delete' | 'deleteWorkflow'>;
  steps: Pick<StepChanger, 'change'>;
  rerunner: Pick<Rerunner, 'rerun'>;
  redriver: Pick<Redriver, 'byIds' | 'matching'>;
  state: Pick<RunStateStore, 'all' | 'get' | 'put'>;
  waits: Pick<WaitingRuns, 'signal' | 'approvals' | 'decide' | 'link' | 'byToken'>;
  secrets: Pick<Vault, 'list' | 'put' | 'remove'>;
  logs: LogReader;
  /** Who follows logs. */
  followers: Followers;
  pools: PoolControl;
  /** What stands in the way of lanes that need agents. */
  outlook: PoolOutlookReader;
  hosts: HostDirectory;
  alerts: AlertReader;
  limits: Pick<LimitStore, 'standings' | 'global'>;
  metrics: Registry;
  /** What pools may ask for. */
  permissions: AgentPermissions;
  /** From where items of steps may be read. */
  items: ItemAccess;
  /** The queues that the board shows. */
  queues(): Promise<BoardQueue[]>;
  /** Resolves when the store answers. */
  ping(): Promise<unknown>;
}
