import type {
  ConditionOutcome,
  Definition,
  PoolSpec,
  RunState,
  StepState,
  TaskError,
} from '@agentainer/core';
import type {
  AttemptRecord,
  ChildRun,
  NewRun,
  ParentTask,
  RunEvent,
  RunRecord,
  StepSettings,
  StoredOutcome,
  TaskProgress,
  TaskRecord,
  WorkflowRecord,
  WorkflowVersion,
} from './records.js';
import type { Failures } from './step-success.js';
import type { WaitStore } from './wait-port.js';

export interface Page<T> {
  items: T[];
  /** Where the next page begins; undefined at the end. */
  next?: string;
}

/** Workflows and the index of their runs. */
export interface WorkflowStore {
  /** Creating again with the id of a workflow that exists changes nothing. */
  create(definition: Definition, id?: string): Promise<WorkflowRecord>;
  /** The latest version, unless another one is named. */
  get(id: string, version?: number): Promise<WorkflowRecord | undefined>;
  /** Makes the next version; the same definition again is the same version. Undefined where there is no such workflow. */
  update(id: string, definition: Definition): Promise<WorkflowRecord | undefined>;
  /** Those that are kept, newest first. Undefined where there is no such workflow. */
  versions(id: string): Promise<WorkflowVersion[] | undefined>;
  /** Newest first. */
  list(options: { limit: number; cursor?: string }): Promise<Page<WorkflowRecord>>;
  latestRun(workflowId: string): Promise<string | undefined>;
  /** Forgets a workflow that has no runs. Harmless when repeated. */
  remove(id: string): Promise<void>;
}

export interface RunListOptions {
  limit: number;
  cursor?: string;
  workflowId?: string;
  /** Single jobs that are listed with the workflow, in place of its own runs. */
  jobs?: boolean;
}

/** Which children of a run are meant. */
export interface ChildrenOptions {
  limit: number;
  cursor?: string;
  step?: string;
  /** Of the task of that step. */
  index?: number;
}

/** One change that the engine decided on for a run; each is guarded by the states it may start from. */
export type RunChange =
  /** `layout`: where the items of a map step with tasks were put; it is not applied where they are gone. */
  | { kind: 'open'; step: string; total: number; layout?: string }
  /** Puts more tasks in line, and a new generation of lanes, where the step still has those that were seen. */
  | { kind: 'extend'; step: string; from: number; generation: number; total: number }
  /** Tasks that are open then end as `tasks` says: `timed_out` where the step is, else `cancelled`, unless it is given. */
  | { kind: 'close'; step: string; to: StepState; error?: TaskError; tasks?: 'cancelled' | 'timed_out' }
  | { kind: 'become'; to: 'running' | 'paused' }
  /** The run becomes `compensating`, and has so many milliseconds for that. */
  | { kind: 'compensate'; to: 'compensating'; error: TaskError; timeout: number }
  | { kind: 'finish'; to: RunState; error?: TaskError };

/** The run record: the only truth about a run. */
export interface RunStore {
  readonly waits: WaitStore;
  /** Indexes the run and writes its record; once this resolves the run is certain to be worked on. Harmless when repeated. */
  create(run: NewRun): Promise<void>;
  load(runId: string): Promise<RunRecord | undefined>;
  /** The definition a run works by; it never changes, so it may come from a cache. */
  definition(runId: string): Promise<Definition | undefined>;
  /** The workflow that a run is of; null for a single job. Comes from the same cache. */
  workflowId(runId: string): Promise<string | null>;
  /** With which runs it shares agents, see {@link NewRun}. Comes from the same cache. */
  kin(runId: string): Promise<string>;
  /** The task that started a run. Comes from the same cache. */
  parent(runId: string): Promise<ParentTask | undefined>;
  /** What the keys of a run's limits came to, in their order. Comes from the same cache. */
  limitKeys(runId: string): Promise<readonly string[]>;
  input(runId: string): Promise<string | undefined>;
  /**
   * Puts items `from`, `from + 1`, … of a step that is not open yet under the id of this laying out; opening the
   * step with that id makes them its own. What is never opened is forgotten by itself.
   */
  putItems(runId: string, step: string, layout: string, from: number, items: string[]): Promise<void>;
  /** Forgets items that were laid out in vain. */
  dropItems(runId: string, step: string, layout: string): Promise<void>;
  /** The elements of the list or set under a key of the run's state as JSON texts, in pages; undefined where there is none. */
  stateElements(runId: string, key: string): Promise<AsyncIterable<string[]> | undefined>;
  /**
   * Applies changes whose guards hold and skips the others; the run's revision before, which were applied,
   * and how many tasks of opened steps may run at once where that was changed before.
   * @param revision where it is given, nothing is applied to any other one
   */
  apply(
    runId: string,
    changes: RunChange[],
    revision?: number,
  ): Promise<{ revision: number; applied: boolean[]; maxParallel: ReadonlyMap<string, number> }>;
  /** Enters whether a pending step's condition holds; the first answer counts. */
  settleCondition(runId: string, step: string, outcome: ConditionOutcome): Promise<void>;
  /** JSON text of one value of the run's state, unless it is larger than so many bytes. */
  stateText(runId: string, key: string, maxBytes: number): Promise<string | 'too_large' | undefined>;
  stepState(runId: string, step: string): Promise<StepState | undefined>;
  /** Changes the settings of a step that are given, unless it or its run has ended. */
  configureStep(runId: string, step: string, settings: StepSettings): Promise<'ok' | 'unknown' | 'ended'>;
  /** Counts up the generation of a step's lanes, unless somebody already did since `from`; the present one. */
  nextGeneration(runId: string, step: string, from: number): Promise<number>;
  /** Outcomes of the tasks `from` … `from + count - 1`; undefined where a task has not ended. */
  outcomes(runId: string, step: string, from: number, count: number): Promise<(StoredOutcome | undefined)[]>;
  /** How tasks of a step ended, in the order in which they did, from the place `from` on, for a step that reads along. */
  arrivals(runId: string, step: string, reader: string, from: number, count: number): Promise<Arrivals>;
  /** What running tasks of a step reported last, of some of them where they are many. */
  progress(runId: string, step: string): Promise<TaskProgress[]>;
  /** The last attempts of a task that did not complete it, the newest first. */
  history(runId: string, step: string, index: number): Promise<AttemptRecord[]>;
  tasks(runId: string, step: string, from: number, count: number): Promise<TaskRecord[]>;
  /** When the next retry of a step is due, by Redis's clock; undefined where none is in line. */
  nextRetry(runId: string, step: string): Promise<number | undefined>;
  /** The runs that tasks of a run started, by step, index and age; all of them, or those of one step or task. */
  children(runId: string, options: ChildrenOptions): Promise<Page<ChildRun>>;
  /** Forgets that a run, which is no more, was the child of another one. */
  dropChild(runId: string, child: ChildRun): Promise<void>;
  events(runId: string, after: number, limit: number): Promise<RunEvent[]>;
  /** Runs not yet ended, oldest first. */
  active(options: { limit: number; cursor?: string }): Promise<Page<string>>;
  /** How many runs are on the list of active ones, or of those of one workflow. */
  activeCount(workflowId?: string): Promise<number>;
  /** Takes a run that has ended, or was never written, off the list of active ones. */
  retire(runId: string): Promise<void>;
  /** Notes that a run that has ended may have tasks that failed for good. Harmless when repeated. */
  keepDeadLetters(runId: string): Promise<void>;
  /** Names the run that is to redrive this one. The first named counts; undefined where there is no such run. */
  noteRedrive(runId: string, by: string): Promise<string | undefined>;
  /** Runs that were noted so, the one that ended last first. */
  withDeadLetters(options: { limit: number; cursor?: string }): Promise<Page<string>>;
  /** Forgets a run that has ended: its record and all that belongs to it. To be repeated where it fails half-way. */
  remove(runId: string): Promise<void>;
  /** All runs, newest first; of one workflow where it is named, or those of the jobs listed with it. */
  list(options: RunListOptions): Promise<Page<string>>;
}

/** A part of what a step's tasks came to while it goes on. */
export interface Arrivals {
  outcomes: { index: number; outcome: StoredOutcome | undefined }[];
  /** Whether the step keeps the order at all. */
  areKept: boolean;
  /** Whether the step has ended and nothing comes after these. */
  areAll: boolean;
  /** Whether the step that reads them has not ended. */
  areWanted: boolean;
}

/** An attempt, by its fencing token. */
export interface Attempt {
  runId: string;
  step: string;
  index: number;
  token: string;
}

export interface ClaimedTask {
  index: number;
  attempt: number;
  /** Attempts that were lost before this one. */
  lost: number;
  /** Fences this attempt: whatever carries another token is refused. */
  token: string;
  /** JSON text of the item; undefined where the step has no stored items. */
  item?: string;
  /** Milliseconds until the run's deadline. */
  runTimeLeft: number;
}

export type Claim =
  | { kind: 'task'; task: ClaimedTask }
  /** There is a task to claim, but the caller did not ask for one. */
  | { kind: 'open' }
  /** Every task of the step has ended. */
  | { kind: 'drained' }
  /** Others run the tasks that are left. */
  | { kind: 'idle' }
  /** A retry is due in so many milliseconds: it is time to ask again then. */
  | { kind: 'wait'; ms: number }
  /** As many tasks run as may at once; worth asking again in so many milliseconds. */
  | { kind: 'full'; ms: number }
  /** The run is paused: no task of it is started until it is resumed. */
  | { kind: 'paused' }
  /** The step takes no more work: it is closed, or its run has ended. */
  | { kind: 'closed' };

/** How an attempt ended, as its lane reports it. */
export type AttemptEnd =
  | { kind: 'completed'; result: string }
  /** Completed, and its item has no result. */
  | { kind: 'dropped' }
  | { kind: 'failed' | 'timed_out'; error: TaskError; retryInMs?: number }
  /** The agent or the worker went away: back in line, at once where no time is given, or failed where it happened too often. */
  | { kind: 'lost'; error: TaskError; retryInMs?: number };

export interface Completion {
  index: number;
  token: string;
  end: AttemptEnd;
}

/** An attempt of a task that has not ended. */
export interface RunningAttempt {
  index: number;
  token: string;
  agentId: string;
  /** JSON text of the item, where the step has stored items and it was asked for overdue attempts. */
  item?: string;
}

/** Tasks of open steps: who works on what. Every call is one script and one round trip. */
export interface TaskLedger {
  /**
   * Completes a task (a late or doubled completion changes nothing), then claims the next one.
   * `agentId` is who will run it, for a workflow step the id of a run that is not there yet; without one nothing is
   * claimed. A lane of an earlier `generation` than the step's claims nothing either. Says beside it how many tasks the
   * step has, how many of them ended badly, and how many may, where that was changed.
   */
  completeAndClaim(request: {
    runId: string;
    step: string;
    completion?: Completion;
    agentId?: string;
    generation?: number;
    /** Tasks of the step at once, at most, unless its record says otherwise. */
    maxParallel?: number;
    /** Whether the agent runs other tasks beside: of tasks that lost one, only one of the step is claimed at a time then. */
    shared?: boolean;
  }): Promise<{ accepted: boolean; claim: Claim } & Failures>;
  /** Says that an attempt is alive. False where it is no longer the task's attempt. */
  renew(runId: string, step: string, index: number, token: string): Promise<boolean>;
  /** Keeps the latest intermediate result of an attempt (JSON text) until its task ends. False as for {@link renew}. */
  reportProgress(attempt: Attempt, value: string): Promise<boolean>;
  /** Whether an attempt is the one that runs of its task, on that agent; says nothing of how alive it is. */
  isRunning(attempt: AgentAttempt): Promise<boolean>;
  /** Puts tasks back in line whose attempts were not renewed in time; how many. */
  reclaim(runId: string, step: string): Promise<number>;
  /** The attempts of a step that run, or only those that were not renewed in time, the longest ago first. */
  running(
    runId: string,
    step: string,
    options: { limit: number; overdue: boolean },
  ): Promise<RunningAttempt[]>;
  /** Ends tasks that nobody began within so many milliseconds of the opening of their step; how many. */
  expire(runId: string, step: string, waitMs: number): Promise<number>;
}

/** An attempt as its agent shows it. */
export interface AgentAttempt extends Attempt {
  agentId: string;
}

/** Tells of steps that were closed while tasks of them ran. May lose a message: renewing the attempt finds out too. */
export interface StopSignals {
  /** Calls the listener when attempts of that step are to stop, until the answer is called. */
  onStop(runId: string, step: string, listener: () => void): () => void;
}

/** Wakes the processes that work. May lose or double a message: the record decides. */
export interface StepQueue {
  /** Queues a run: its root, over the fan-ins of its first steps, over their lanes. Harmless when repeated. */
  addRun(runId: string, steps: StepLanes[]): Promise<void>;
  /** Queues further steps under the run's root. Harmless when repeated. */
  addSteps(runId: string, steps: StepLanes[]): Promise<void>;
  /** Has runs looked at soon, whatever they do. */
  wakeRuns(runIds: string[]): Promise<void>;
  /** Has the run advanced by somebody who can read items from outside. Harmless when repeated. */
  askForItems(runId: string, step: string): Promise<void>;
  /** Whether a lane of that generation is queued or being worked on. */
  hasLanes(runId: string, step: StepLanes): Promise<boolean>;
}

export interface StepLanes {
  step: string;
  /** The pool whose agents they need; null where the tasks are runs of their own. */
  pool: PoolSpec | null;
  lanes: number;
  generation: number;
  /** 1 is the most urgent. */
  priority: number;
}

/** Pools that steps need. */
export interface PoolDirectory {
  /** Makes the pool known to hosts and workers, and notes that it is needed. Harmless when repeated. */
  register(spec: PoolSpec): Promise<void>;
  /** Asks for agents to be started before they are needed. */
  warm(poolId: string): Promise<void>;
  /**
   * What images are at present, by name: of those on which the hosts that have them agree. Asks hosts for images that they
   * were not asked for before, and waits for an answer no longer than half a second.
   */
  digests(images: readonly string[]): Promise<ReadonlyMap<string, string>>;
}
