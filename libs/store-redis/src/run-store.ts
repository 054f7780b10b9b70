import type { ConditionOutcome, Definition, StepState } from '@agentainer/core';
import type {
  AttemptRecord,
  ChildRun,
  ChildrenOptions,
  NewRun,
  ParentTask,
  RunChange,
  RunEvent,
  RunListOptions,
  RunRecord,
  RunStore,
  StepSettings,
  TaskRecord,
} from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.js';
import { activeCountOf } from './active-count.js';
import { BoundedCache } from './bounded-cache.js';
import { CarryOver } from './carry-over.js';
import { ChildIndex } from './child-index.js';
import { pageOf } from './index-page.js';
import { putItems } from './item-layout.js';
import { readParent } from './parent-task.js';
import { kinOf, readEvent, readHistory, readOutcome, readRun, readTask, RUN_FIELDS } from './run-record.js';
import { removeRun } from './remove-run.js';
import { readArrivals } from './scripts/arrivals-read.js';
import { settleCondition } from './scripts/condition-settle.js';
import { applyChanges } from './scripts/run-apply.js';
import { createRun } from './scripts/run-create.js';
import { noteRedrive } from './scripts/run-redrive.js';
import { configureStep } from './scripts/step-configure.js';
import { nextGeneration } from './scripts/step-generation.js';
import { stateElements } from './state-elements.js';
import { stateText } from './state-text.js';
import { taskProgress } from './task-progress.js';
import { RedisWaitStore } from './wait-store.js';

/** Runs whose dead letters are kept; those of older ones are still jobs of their runs. */
const MOST_DEAD_LETTER_RUNS = 10_000;
/** What the cached definitions may weigh together, in characters of their JSON. */
const CACHED_PLANS = 32 * 1_024 * 1_024;

/** The part of a run's record that never changes. */
interface RunPlan {
  definition: Definition;
  workflowId: string | null;
  kin: string;
  parent: ParentTask | undefined;
  limitKeys: string[];
}

/** The run record in Redis. */
export class RedisRunStore implements RunStore {
  private readonly plans = new BoundedCache<string, RunPlan>(CACHED_PLANS);

  private readonly childIndex: ChildIndex;

  readonly waits: RedisWaitStore;

  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {
    this.waits = new RedisWaitStore(redis, keys);
    this.childIndex = new ChildIndex(redis, keys);
  }

  async create(run: NewRun): Promise<void> {
    const score = Date.now();
    const index = this.redis.multi();
    index.zadd(this.keys.activeRuns(), 'NX', score, run.id).zadd(this.keys.runs(), 'NX', score, run.id);
    if (run.workflowId) {
      const isJob = run.workflowVersion === null;
      index.zadd(this.indexOf(run.workflowId, isJob), 'NX', score, run.id);
      if (!isJob) index.zadd(this.keys.workflowActiveRuns(run.workflowId), 'NX', score, run.id);
    }
    await index.exec();
    if (run.parent) await this.childIndex.add(run.parent, run.id);
    const carried =
      run.rerun && (await new CarryOver(this.redis, this.keys, run.rerun.of, run.id).all(run.rerun.plan));
    await createRun(this.redis, this.keys, run, carried);
  }

  async load(runId: string): Promise<RunRecord | undefined> {
    const definition = await this.definition(runId);
    if (!definition) return undefined;
    const replies = await this.redis
      .multi()
      .time()
      .hmget(this.keys.run(runId), ...RUN_FIELDS)
      .hgetall(this.keys.runSteps(runId))
      .exec();
    const [time, run, steps] = replies!.map(([error, reply]) => {
      if (error) throw error;
      return reply;
    }) as [[string, string], (string | null)[], Record<string, string>];
    if (run[RUN_FIELDS.indexOf('state')] === null) {
      // Deleted since its plan was kept here.
      this.plans.delete(runId);
      return undefined;
    }
    const readAt = Number(time[0]) * 1_000 + Math.floor(Number(time[1]) / 1_000);
    return readRun(runId, definition, run, steps, readAt);
  }

  async definition(runId: string): Promise<Definition | undefined> {
    return (await this.plan(runId))?.definition;
  }

  async workflowId(runId: string): Promise<string | null> {
    return (await this.plan(runId))?.workflowId ?? null;
  }

  async kin(runId: string): Promise<string> {
    return (await this.plan(runId))?.kin ?? runId;
  }

  async parent(runId: string): Promise<ParentTask | undefined> {
    return (await this.plan(runId))?.parent;
  }

  async limitKeys(runId: string): Promise<readonly string[]> {
    return (await this.plan(runId))?.limitKeys ?? [];
  }

  private async plan(runId: string): Promise<RunPlan | undefined> {
    const cached = this.plans.get(runId);
    if (cached) return cached;
    const fields = ['definition', 'workflow', 'limitKeys', 'parent', 'kin'] as const;
    const [definition, workflowId, limitKeys, parent, kin] = await this.redis.hmget(
      this.keys.run(runId),
      ...fields,
    );
    if (!definition) return undefined;
    const plan = {
      definition: JSON.parse(definition) as Definition,
      workflowId: workflowId || null,
      limitKeys: JSON.parse(limitKeys || '[]') as string[],
      parent: readParent(parent),
      kin: kinOf(runId, workflowId, kin),
    };
    this.plans.set(runId, plan, definition.length);
    return plan;
  }

  async input(runId: string): Promise<string | undefined> {
    return (await this.redis.hget(this.keys.run(runId), 'input')) ?? undefined;
  }

  putItems(runId: string, step: string, layout: string, from: number, items: string[]): Promise<void> {
    return putItems(this.redis, this.keys.stepLayout(runId, step, layout), from, items);
  }

  async dropItems(runId: string, step: string, layout: string): Promise<void> {
    await this.redis.unlink(this.keys.stepLayout(runId, step, layout));
  }

  stateElements(runId: string, key: string) {
    return stateElements(this.redis, this.keys, runId, key);
  }

  apply(runId: string, changes: RunChange[], revision?: number) {
    return applyChanges(this.redis, this.keys, runId, changes, revision);
  }

  async settleCondition(runId: string, step: string, outcome: ConditionOutcome): Promise<void> {
    await settleCondition(this.redis, this.keys, { runId, step }, outcome);
  }

  stateText(runId: string, key: string, maxBytes: number) {
    return stateText(this.redis, this.keys, { runId, key }, maxBytes);
  }

  async stepState(runId: string, step: string): Promise<StepState | undefined> {
    return (
      ((await this.redis.hget(this.keys.runSteps(runId), `${step}:state`)) as StepState | null) ?? undefined
    );
  }

  configureStep(runId: string, step: string, settings: StepSettings) {
    return configureStep(this.redis, this.keys, runId, step, settings);
  }

  nextGeneration(runId: string, step: string, from: number) {
    return nextGeneration(this.redis, this.keys, runId, step, from);
  }

  async outcomes(runId: string, step: string, from: number, count: number) {
    if (count <= 0) return [];
    const texts = await this.redis.hmget(this.keys.stepOutcomes(runId, step), ...indexes(from, count));
    return texts.map(readOutcome);
  }

  arrivals(runId: string, step: string, reader: string, from: number, count: number) {
    return readArrivals(this.redis, this.keys, { runId, step, reader }, from, count);
  }

  progress(runId: string, step: string) {
    return taskProgress(this.redis, this.keys, runId, step);
  }

  async history(runId: string, step: string, index: number): Promise<AttemptRecord[]> {
    return readHistory(await this.redis.hget(this.keys.stepHistory(runId, step), String(index)));
  }

  async tasks(runId: string, step: string, from: number, count: number): Promise<TaskRecord[]> {
    const fields = ['state', 'total', 'openTasks', 'openedAt', 'finishedAt', 'linedUpAt'].map(
      (field) => `${step}:${field}`,
    );
    const values = await this.redis.hmget(this.keys.runSteps(runId), ...fields);
    const [state, total, openTasks, openedAt, finishedAt, linedUpAt] = values;
    const there = Math.min(count, Number(total ?? 0) - from);
    if (!state || there <= 0) return [];
    const texts = await this.redis.hmget(this.keys.stepTasks(runId, step), ...indexes(from, there));
    const closed = {
      state: state as StepState,
      openTasks: openTasks ?? null,
      openedAt: Number(linedUpAt ?? openedAt),
      finishedAt: Number(finishedAt ?? 0),
    };
    return texts.map((text, i) => readTask({ runId, step, index: from + i }, text, closed));
  }

  async nextRetry(runId: string, step: string): Promise<number | undefined> {
    const [, due] = await this.redis.zrange(this.keys.stepRetries(runId, step), '0', '0', 'WITHSCORES');
    return due === undefined ? undefined : Number(due);
  }

  children(runId: string, options: ChildrenOptions) {
    return this.childIndex.page(runId, options);
  }

  dropChild(runId: string, child: ChildRun): Promise<void> {
    return this.childIndex.drop(runId, child);
  }

  async events(runId: string, after: number, limit: number): Promise<RunEvent[]> {
    const entries = await this.redis.xrange(this.keys.runEvents(runId), `1-${after}`, '+', 'COUNT', limit);
    return entries.map(readEvent);
  }

  active(options: { limit: number; cursor?: string }) {
    return pageOf(this.redis, this.keys.activeRuns(), { ...options, newestFirst: false });
  }

  activeCount(workflowId?: string): Promise<number> {
    if (workflowId === undefined) return this.redis.zcard(this.keys.activeRuns());
    return activeCountOf(this.redis, this.keys, workflowId);
  }

  async keepDeadLetters(runId: string): Promise<void> {
    const index = this.redis.multi().zadd(this.keys.deadLetters(), Date.now(), runId);
    await index.zremrangebyrank(this.keys.deadLetters(), 0, -1 - MOST_DEAD_LETTER_RUNS).exec();
  }

  noteRedrive(runId: string, by: string): Promise<string | undefined> {
    return noteRedrive(this.redis, this.keys, runId, by);
  }

  withDeadLetters(options: { limit: number; cursor?: string }) {
    return pageOf(this.redis, this.keys.deadLetters(), { ...options, newestFirst: true });
  }

  async retire(runId: string): Promise<void> {
    const workflowId = await this.workflowId(runId);
    const index = this.redis.multi().zrem(this.keys.activeRuns(), runId);
    if (workflowId) index.zrem(this.keys.workflowActiveRuns(workflowId), runId);
    await index.exec();
  }

  async remove(runId: string): Promise<void> {
    const plan = await this.plan(runId);
    if (plan) await removeRun(this.redis, this.keys, { id: runId, ...plan });
    if (plan?.parent) await this.childIndex.drop(plan.parent.runId, { ...plan.parent, childId: runId });
    this.plans.delete(runId);
  }

  list({ workflowId, jobs = false, ...options }: RunListOptions) {
    const index = workflowId === undefined ? this.keys.runs() : this.indexOf(workflowId, jobs);
    return pageOf(this.redis, index, { ...options, newestFirst: true });
  }

  private indexOf(workflowId: string, jobs: boolean): string {
    return jobs ? this.keys.workflowJobs(workflowId) : this.keys.workflowRuns(workflowId);
  }
}

function indexes(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(from + i));
}
