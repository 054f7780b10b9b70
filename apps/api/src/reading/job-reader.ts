import {
  hasTasks,
  InvalidInputError,
  isMap,
  NotFoundError,
  parseTaskId,
  TASK_ERRORS,
  type TaskError,
  type TaskState,
} from '@agentainer/core';
import type { JobBody, JobSummaryBody } from '@agentainer/contracts';
import type { Page, RunRecord, StoredOutcome, TaskRecord } from '@agentainer/engine';
import { z } from 'zod';
import type { RunRecords } from '../parts.js';
import { jobView } from '../views/job-view.js';
import { Cursor } from './cursor.js';
import type { PageOf, PageRequest } from './run-reader.js';
import { scanTasks, type TaskPosition } from './task-scan.js';

/** Bounds of the work for one page: tasks looked at, and runs looked at. */
const TASK_BUDGET = 10_000;
const RUN_BUDGET = 200;

const place = z.int().min(0).max(1e9);
const id = z.string().max(64);
const OF_RUN = new Cursor('run-jobs', z.tuple([id, place, place]));
/** Run, step and index; then where the list of runs goes on after that run. */
const AMONG_RUNS = z.tuple([id, place, place, z.string().max(200).nullable()]);
const RECENT = new Cursor('jobs', AMONG_RUNS);
const LISTED_WITH = new Cursor('workflow-jobs', AMONG_RUNS);

export interface JobsRequest extends PageRequest {
  status?: TaskState;
}
export interface FoundJob {
  job: Omit<JobBody, 'result'>;
  /** JSON text; of a completed job. */
  result?: string;
}

/** Reads tasks as jobs. */
export class JobReader {
  constructor(private readonly runs: RunRecords) {}

  /** @throws {NotFoundError} */
  async byId(jobId: string): Promise<FoundJob> {
    const { run, task: found } = await this.find(jobId);
    const [outcome] = await this.runs.outcomes(run.id, found.step, found.index, 1);
    const result = outcome && 'result' in outcome ? outcome.result : undefined;
    const job = jobView(run, found, taskErrorOf(run, found, outcome));
    return { job: outcome && 'dropped' in outcome ? { ...job, dropped: true } : job, result };
  }

  /** @throws {NotFoundError} */
  async task(jobId: string): Promise<TaskRecord> {
    return (await this.find(jobId)).task;
  }

  /** The run that a cursor of {@link ofRun} speaks of: "the latest run" may be another one by the next page. */
  runOfCursor(cursor: string | undefined): string | undefined {
    return OF_RUN.read(cursor)?.[0];
  }

  /** Tasks of one run, in the order of its steps, then by index. */
  async ofRun(run: RunRecord, { limit, cursor, status }: JobsRequest): Promise<PageOf<JobSummaryBody>> {
    const [runId, step, index] = OF_RUN.read(cursor) ?? [run.id, 0, 0];
    if (runId !== run.id) throw new InvalidInputError([{ path: 'cursor', message: 'is of another run' }]);
    const { tasks, next } = await scanTasks(this.runs, run, {
      from: { step, index },
      limit,
      budget: TASK_BUDGET,
      status,
    });
    return {
      items: await this.jobsOf(run, tasks),
      next_cursor: next ? OF_RUN.write([run.id, next.step, next.index]) : null,
    };
  }

  /** Tasks of all runs, newest run first. */
  recent(request: JobsRequest): Promise<PageOf<JobSummaryBody>> {
    return this.ofRuns(RECENT, request, (page) => this.runs.list(page));
  }

  /** Single jobs that are listed with a workflow, newest first. */
  listedWith(workflowId: string, request: JobsRequest): Promise<PageOf<JobSummaryBody>> {
    return this.ofRuns(LISTED_WITH, request, (page) => this.runs.list({ ...page, workflowId, jobs: true }));
  }

  private async ofRuns(
    cursors: typeof RECENT,
    { limit, cursor, status }: JobsRequest,
    list: RunLister,
  ): Promise<PageOf<JobSummaryBody>> {
    const items: JobSummaryBody[] = [];
    const position = cursors.read(cursor);
    let at = position
      ? { runId: position[0], from: { step: position[1], index: position[2] }, after: position[3] }
      : await nextRun(list, null);
    let budget = TASK_BUDGET;
    for (let seen = 0; at && seen < RUN_BUDGET; seen++) {
      const run = await this.runs.load(at.runId);
      if (run) {
        const left = limit - items.length;
        const found = await scanTasks(this.runs, run, { from: at.from, limit: left, budget, status });
        items.push(...(await this.jobsOf(run, found.tasks)));
        budget -= found.scanned;
        if (found.next) return { items, next_cursor: cursors.write(placeOf({ ...at, from: found.next })) };
      }
      at = at.after === null ? undefined : await nextRun(list, at.after);
    }
    return { items, next_cursor: at ? cursors.write(placeOf(at)) : null };
  }

  private async find(jobId: string): Promise<{ run: RunRecord; task: TaskRecord }> {
    const address = parseTaskId(jobId);
    const run = address && (await this.runs.load(address.runId));
    if (!address || !run) throw new NotFoundError('job', jobId);
    const [task] = await this.runs.tasks(run.id, address.step, address.index, 1);
    const found = task ?? (await this.unopened(run, address.step, address.index));
    if (!found) throw new NotFoundError('job', jobId);
    return { run, task: found };
  }

  /** The one task of a step that has not been opened yet is already known; those of a map step are not. */
  private async unopened(run: RunRecord, name: string, index: number): Promise<TaskRecord | undefined> {
    const step = run.steps.find((s) => s.name === name);
    const defined = (await this.runs.definition(run.id))?.steps.find((s) => s.name === name);
    if (step?.state !== 'pending' || index > 0) return undefined;
    if (!defined || !hasTasks(defined) || isMap(defined)) return undefined;
    const times = { createdAt: run.createdAt, startedAt: 0, finishedAt: 0 };
    return { runId: run.id, step: name, index, state: 'pending', attempts: 0, lost: 0, ...times };
  }

  private async jobsOf(run: RunRecord, tasks: TaskRecord[]): Promise<JobSummaryBody[]> {
    const ranges = rangesOf(tasks.filter((task) => task.state === 'failed' || task.state === 'timed_out'));
    const errors = new Map<TaskRecord, TaskError | undefined>();
    const read = async (range: TaskRecord[]) => {
      const { step, index } = range[0]!;
      const outcomes = await this.runs.outcomes(run.id, step, index, range.length);
      range.forEach((task, i) => errors.set(task, taskErrorOf(run, task, outcomes[i])));
    };
    await Promise.all(ranges.map(read));
    return tasks.map((task) => jobView(run, task, errors.get(task)));
  }
}

interface RecentPosition {
  runId: string;
  from: TaskPosition;
  after: string | null;
}

type RunLister = (page: { limit: number; cursor?: string }) => Promise<Page<string>>;

async function nextRun(list: RunLister, after: string | null): Promise<RecentPosition | undefined> {
  const { items, next } = await list({ limit: 1, cursor: after ?? undefined });
  const runId = items[0];
  return runId === undefined ? undefined : { runId, from: { step: 0, index: 0 }, after: next ?? null };
}

function placeOf({ runId, from, after }: RecentPosition): z.output<typeof AMONG_RUNS> {
  return [runId, from.step, from.index, after];
}

/** A task that the end of its step or its run cut off has no outcome of its own. */
export function taskErrorOf(
  run: RunRecord,
  task: TaskRecord,
  outcome: StoredOutcome | undefined,
): TaskError | undefined {
  if (outcome && 'error' in outcome) return outcome.error;
  if (task.state !== 'timed_out') return undefined;
  const step = run.steps.find(({ name }) => name === task.step);
  return step?.state === 'timed_out' && step.error
    ? step.error
    : { code: 'RUN_TIMEOUT', message: TASK_ERRORS.RUN_TIMEOUT };
}

/** Neighbours in one step together, so that their outcomes are read at once. */
function rangesOf(tasks: TaskRecord[]): TaskRecord[][] {
  const ranges: TaskRecord[][] = [];
  for (const task of tasks) {
    const last = ranges.at(-1)?.at(-1);
    if (last && last.step === task.step && last.index + 1 === task.index) ranges.at(-1)!.push(task);
    else ranges.push([task]);
  }
  return ranges;
}
