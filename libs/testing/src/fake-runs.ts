import {
  type Definition,
  type Json,
  newId,
  RUN_TRANSITIONS,
  isTerminal,
  SINGLE_JOBS,
  type RunState,
  type StepState,
  type TaskError,
  TASK_TRANSITIONS,
  type TaskState,
} from '@agentainer/core';
import type {
  AttemptRecord,
  ChildRun,
  ChildrenOptions,
  Page,
  ParentTask,
  RunEvent,
  RunListOptions,
  RunRecord,
  RunStore,
  StepRecord,
  StepSettings,
  StoredOutcome,
  TaskCounts,
  TaskProgress,
  TaskRecord,
  WorkflowRecord,
} from '@agentainer/engine';
import { pageOfIds } from './page-of-ids.js';

/** How a task of a fake run stands. */
export interface FakeTask {
  state: TaskState;
  result?: Json;
  error?: TaskError;
  dropped?: true;
  agentId?: string;
  history?: AttemptRecord[];
}

export interface FakeRunOptions {
  id?: string;
  definition: Definition;
  workflow?: WorkflowRecord;
  /** The workflow that a single job is listed with. */
  listedWith?: string;
  input?: Json;
  /** The run that it repeats. */
  rerunOf?: string;
  /** The request that made it, of several that may. */
  redriveRequest?: string;
  limitKeys?: readonly string[];
  /** The task that started it. */
  parent?: ParentTask;
}

/** A run whose record is whatever a test sets. */
export class FakeRun {
  readonly id: string;
  readonly createdAt = Date.now();
  state: RunState = 'running';
  error: TaskError | undefined;
  redrivenBy: string | undefined;
  finishedAt = 0;
  /** When the next retry of each of its steps is due. */
  nextRetry: number | undefined;
  /** What running tasks reported, by step. */
  readonly progress = new Map<string, TaskProgress[]>();
  /** How often the tasks of a step were begun; once where it is not said. */
  readonly attempts = new Map<string, number>();
  readonly events: RunEvent[] = [];
  readonly tasks = new Map<string, FakeTask[]>();
  readonly steps = new Map<string, StepState>();
  readonly settings = new Map<string, StepSettings>();

  constructor(readonly options: FakeRunOptions) {
    this.id = options.id ?? newId('run');
    for (const step of options.definition.steps) this.steps.set(step.name, 'pending');
  }

  /** Opens a step with these tasks, as `ready`, or as the state given. */
  open(step: string, tasks: FakeTask[], state: StepState = 'ready'): this {
    this.tasks.set(step, tasks);
    this.steps.set(step, state);
    return this;
  }

  /** Ends the run. */
  end(state: RunState, error?: TaskError): this {
    this.state = state;
    this.error = error;
    this.finishedAt = Date.now();
    return this;
  }

  record(): RunRecord {
    return {
      id: this.id,
      workflowId: this.options.workflow?.id ?? this.options.listedWith ?? null,
      workflowVersion: this.options.workflow?.version ?? null,
      kin: this.options.workflow?.id ?? this.options.listedWith ?? SINGLE_JOBS,
      rerunOf: this.options.rerunOf,
      redrivenBy: this.redrivenBy,
      redriveRequest: this.options.redriveRequest,
      parent: this.options.parent,
      state: this.state,
      createdAt: this.createdAt,
      finishedAt: isTerminal(RUN_TRANSITIONS, this.state) ? this.finishedAt : 0,
      deadline: this.createdAt + this.options.definition.config.timeout,
      revision: 1,
      readAt: Date.now(),
      error: this.error,
      steps: [...this.steps.keys()].map((name) => this.step(name)),
    };
  }

  task(step: string, index: number): TaskRecord | undefined {
    const task = this.tasks.get(step)?.[index];
    if (!task) return undefined;
    const begun = task.state !== 'pending';
    return {
      runId: this.id,
      step,
      index,
      state: task.state,
      attempts: begun ? (this.attempts.get(step) ?? 1) : 0,
      lost: 0,
      agentId: task.agentId,
      createdAt: this.createdAt,
      startedAt: begun ? this.createdAt : 0,
      finishedAt: isTerminal(TASK_TRANSITIONS, task.state) ? this.createdAt + 5 : 0,
    };
  }

  outcome(step: string, index: number): StoredOutcome | undefined {
    const task = this.tasks.get(step)?.[index];
    if (task?.error) return { error: task.error };
    if (task?.dropped) return { dropped: true };
    return task?.state === 'completed' ? { result: JSON.stringify(task.result ?? null) } : undefined;
  }

  private step(name: string): StepRecord {
    const tasks = this.tasks.get(name) ?? [];
    const states = Object.keys(TASK_TRANSITIONS) as TaskState[];
    const counts = Object.fromEntries(states.map((state) => [state, 0])) as TaskCounts;
    for (const task of tasks) counts[task.state]++;
    return {
      name,
      state: this.steps.get(name)!,
      total: tasks.length,
      counts,
      dropped: tasks.filter((task) => task.dropped).length,
      generation: 1,
      ...this.settings.get(name),
      openedAt: this.createdAt,
      touchedAt: this.createdAt,
      startedAt: this.createdAt,
      finishedAt: 0,
    };
  }
}

/** Run records in memory, for tests of what reads them. */
export class FakeRuns implements Pick<
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
  | 'noteRedrive'
  | 'children'
> {
  readonly runs = new Map<string, FakeRun>();

  /** A running run whose steps all wait; the one that there is where the id is given and known. */
  add(options: FakeRunOptions): FakeRun {
    const there = options.id === undefined ? undefined : this.runs.get(options.id);
    if (there) return there;
    const run = new FakeRun(options);
    this.runs.set(run.id, run);
    return run;
  }

  load(runId: string): Promise<RunRecord | undefined> {
    return Promise.resolve(this.runs.get(runId)?.record());
  }

  definition(runId: string): Promise<Definition | undefined> {
    return Promise.resolve(this.runs.get(runId)?.options.definition);
  }

  input(runId: string): Promise<string | undefined> {
    const run = this.runs.get(runId);
    return Promise.resolve(run && JSON.stringify(run.options.input ?? null));
  }

  limitKeys(runId: string): Promise<readonly string[]> {
    return Promise.resolve(this.runs.get(runId)?.options.limitKeys ?? []);
  }

  outcomes(runId: string, step: string, from: number, count: number): Promise<(StoredOutcome | undefined)[]> {
    const run = this.runs.get(runId);
    return Promise.resolve(Array.from({ length: count }, (_, i) => run?.outcome(step, from + i)));
  }

  tasks(runId: string, step: string, from: number, count: number): Promise<TaskRecord[]> {
    const run = this.runs.get(runId);
    const tasks = Array.from({ length: count }, (_, i) => run?.task(step, from + i));
    return Promise.resolve(tasks.filter((task) => task !== undefined));
  }

  nextRetry(runId: string): Promise<number | undefined> {
    return Promise.resolve(this.runs.get(runId)?.nextRetry);
  }

  progress(runId: string, step: string): Promise<TaskProgress[]> {
    return Promise.resolve(this.runs.get(runId)?.progress.get(step) ?? []);
  }

  history(runId: string, step: string, index: number): Promise<AttemptRecord[]> {
    return Promise.resolve(this.runs.get(runId)?.tasks.get(step)?.[index]?.history ?? []);
  }

  noteRedrive(runId: string, by: string): Promise<string | undefined> {
    const run = this.runs.get(runId);
    if (run) run.redrivenBy ??= by;
    return Promise.resolve(run?.redrivenBy);
  }

  withDeadLetters(options: { limit: number; cursor?: string }): Promise<Page<string>> {
    const ended = [...this.runs.values()].filter((run) => run.finishedAt > 0);
    return Promise.resolve(
      pageOfIds(
        ended.map((run) => run.id),
        options,
      ),
    );
  }

  children(runId: string, { limit, cursor = '', step, index }: ChildrenOptions): Promise<Page<ChildRun>> {
    const all = [...this.runs.values()].flatMap(({ id: childId, options: { parent } }) =>
      parent?.runId === runId &&
      (step ?? parent.step) === parent.step &&
      (index ?? parent.index) === parent.index
        ? [{ ...parent, childId }]
        : [],
    );
    const key = ({ step, index, childId }: ChildRun) =>
      `${step}|${String(index).padStart(9, '0')}|${childId}`;
    const rest = all.filter((child) => key(child) > cursor).sort((a, b) => (key(a) < key(b) ? -1 : 1));
    const items = rest.slice(0, limit);
    return Promise.resolve({ items, ...(rest.length > limit && { next: key(items.at(-1)!) }) });
  }

  events(runId: string, after: number, limit: number): Promise<RunEvent[]> {
    const events = this.runs.get(runId)?.events ?? [];
    return Promise.resolve(events.filter((event) => event.id > after).slice(0, limit));
  }

  list(options: RunListOptions): Promise<Page<string>> {
    const { workflowId, jobs } = options;
    const runs = [...this.runs.values()].filter(
      ({ options: { workflow, listedWith } }) =>
        !workflowId || (jobs ? listedWith : workflow?.id) === workflowId,
    );
    return Promise.resolve(
      pageOfIds(
        runs.map((run) => run.id),
        options,
      ),
    );
  }
}
