import type {
  ConditionOutcome,
  Definition,
  FailureTolerance,
  RunState,
  StepState,
  TaskAddress,
  TaskError,
  TaskState,
} from '@agentainer/core';
import type { RerunPlan } from './rerun-plan.js';

/** A version of a stored workflow: a definition that no longer changes. Times are milliseconds since 1970. */
export interface WorkflowRecord {
  id: string;
  version: number;
  definition: Definition;
  /** When the workflow's first version was made, and when this one was. */
  createdAt: number;
  versionedAt: number;
}

export interface WorkflowVersion {
  version: number;
  createdAt: number;
}

/** The task that started a run. */
export interface ParentTask extends TaskAddress {
  /** The fencing token of the attempt whose end is the run's: it is worked on only while that is the task's attempt. Of a run
   * that a task started by itself there is none: it goes on by itself. */
  token?: string;
  /** How many runs are above the child. */
  depth: number;
}

/**
 * What starts a run. A single job is a run of a definition with one step and no workflow; it may be listed with
 * a workflow all the same, then it has that one's id, but no version.
 */
export interface NewRun {
  id: string;
  workflowId: string | null;
  workflowVersion: number | null;
  /**
   * With which runs it shares agents that are left to a workflow: all that have the same. Where it is left out, those of
   * its workflow; none where it has no workflow either.
   */
  kin?: string;
  definition: Definition;
  /** The run's input as JSON text. */
  input: string;
  /** The run that it repeats, and what it takes over of it. */
  rerun?: { of: string; plan: RerunPlan; request?: string };
  /** What the keys of its limits came to, in their order. */
  limitKeys?: readonly string[];
  parent?: ParentTask;
}

/** A run that a task of another one started. */
export interface ChildRun extends Omit<TaskAddress, 'runId'> {
  childId: string;
}

/** How many tasks of a step stand where; they add up to `total`. */
export type TaskCounts = Record<TaskState, number>;

/** What may be changed of a step while its run goes on. */
export interface StepSettings {
  /** Tasks at once, at most; in place of what the definition says. */
  maxParallel?: number;
  /** How many of its tasks may fail; in place of what the definition says. */
  failureTolerance?: FailureTolerance;
}

export interface StepRecord extends StepSettings {
  name: string;
  state: StepState;
  /** Number of tasks; 0 while the step is pending. */
  total: number;
  counts: TaskCounts;
  /** How many of the completed ones dropped their item. */
  dropped: number;
  /** How many times its lanes were queued; part of their job ids. */
  generation: number;
  /** When its tasks were put in line; 0 before. */
  openedAt: number;
  /** When the latest of its tasks were put in line, where that was later. */
  linedUpAt?: number;
  /** Milliseconds since it was opened in which its run was paused, and since the latest of its tasks were put in line. */
  paused?: { sinceOpened: number; sinceLinedUp: number };
  /** When a task of it was last claimed or completed, or it was opened; 0 before. */
  touchedAt: number;
  startedAt: number;
  finishedAt: number;
  error?: TaskError;
  /** Whether the order in which its tasks end is kept, for a reduce step that takes them up meanwhile. */
  streamed?: boolean;
  /** Of a waiting step: when its wait is over; 0 where nothing but its run's end ends it. */
  dueAt?: number;
  /** Whether its condition holds; undefined before that was looked at, and where it has none. */
  condition?: ConditionOutcome;
}

/** One consistent reading of a run's record. */
export interface RunRecord {
  id: string;
  workflowId: string | null;
  workflowVersion: number | null;
  /** With which runs it shares agents; its own id where with none. */
  kin: string;
  /** The run that it repeats. */
  rerunOf?: string;
  /** The run that runs its failed tasks again, once that exists: it was named before it was made. */
  redrivenBy?: string;
  /** The request whose choice of failed tasks it runs again: of several that made it at the same time, the one that did. */
  redriveRequest?: string;
  parent?: ParentTask;
  state: RunState;
  createdAt: number;
  finishedAt: number;
  /** When the run's time is over, by Redis's clock. */
  deadline: number;
  /** Counts the changes of the run's structure: steps opened and closed, the run ended. */
  revision: number;
  /** When this was read, by Redis's clock. */
  readAt: number;
  error?: TaskError;
  /** How many signals of a name were sent, and how many of them ended waits; without those never sent. */
  signals?: ReadonlyMap<string, { sent: number; taken: number }>;
  /** In the order of the definition. */
  steps: StepRecord[];
}

export interface TaskRecord extends TaskAddress {
  state: TaskState;
  /** Attempts begun. */
  attempts: number;
  /** Those of them that ended because an agent or a worker went away. */
  lost: number;
  /** The agent of the latest attempt; of a workflow step the run that it started. */
  agentId?: string;
  createdAt: number;
  startedAt: number;
  finishedAt: number;
}

/** An attempt that did not complete its task. */
export interface AttemptRecord {
  attempt: number;
  endedAt: number;
  /** Not there where no agent could be had. */
  agentId?: string;
  end: 'failed' | 'timed_out' | 'lost';
  error: TaskError;
}

/** How a task ended: its result as JSON text, its error, or without either where its item was dropped. */
export type StoredOutcome = { result: string } | { error: TaskError } | { dropped: true };

/** What a running task said of itself last. */
export interface TaskProgress {
  index: number;
  at: number;
  /** JSON text. */
  value: string;
}

/** One entry of a run's history; ids count from 1 without gaps. */
export interface RunEvent {
  id: number;
  at: number;
  type: string;
  data: Record<string, string>;
}
