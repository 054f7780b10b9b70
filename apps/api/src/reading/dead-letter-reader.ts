import { isTerminal, NotFoundError, parseTaskId, RUN_TRANSITIONS } from '@agentainer/core';
import type { DeadLetterBody, DeadLetterDetailsBody } from '@agentainer/contracts';
import { type DeadLetterFilter, redriverOf, type RunRecord } from '@agentainer/engine';
import { z } from 'zod';
import type { RunRecords } from '../parts.js';
import { jobView } from '../views/job-view.js';
import { momentView } from '../views/time-view.js';
import { Cursor } from './cursor.js';
import type { PageOf, PageRequest } from './run-reader.js';
import type { TaskPosition } from './task-scan.js';

/** Bounds of the work for one page: runs looked at, tasks looked at, and tasks read at once. */
const RUN_BUDGET = 200;
const TASK_BUDGET = 10_000;
const CHUNK = 500;

const place = z.int().min(0).max(1e9);
/** Run, step and index; then where the list of runs goes on after that run. */
const CURSOR = new Cursor(
  'dead-letters',
  z.tuple([z.string().max(64), place, place, z.string().max(200).nullable()]),
);

type Found = Omit<DeadLetterBody, 'redriven_by'>;

interface RunPosition {
  runId: string;
  from: TaskPosition;
  after: string | null;
}

/** Finds jobs that failed for good, by the records of the runs that were noted to have some. */
export class DeadLetterReader {
  constructor(private readonly runs: RunRecords) {}

  /** Those of the run that ended last first. */
  async list(request: PageRequest & DeadLetterFilter): Promise<PageOf<DeadLetterBody>> {
    const items: DeadLetterBody[] = [];
    const position = CURSOR.read(request.cursor);
    let budget = TASK_BUDGET;
    let at = position
      ? { runId: position[0], from: { step: position[1], index: position[2] }, after: position[3] }
      : await this.nextRun(undefined);
    for (let seen = 0; at && seen < RUN_BUDGET; seen++) {
      const run = await this.runs.load(at.runId);
      if (run && isDead(run, request.workflow)) {
        const scan = { from: at.from, limit: request.limit - items.length, budget };
        const found = await this.ofRun(run, request, scan);
        items.push(...found.items);
        budget -= found.scanned;
        if (found.next) return { items, next_cursor: write({ ...at, from: found.next }) };
      }
      at = at.after === null ? undefined : await this.nextRun(at.after);
    }
    return { items, next_cursor: at ? write(at) : null };
  }

  /** @throws {NotFoundError} where there is no such job, or it did not fail for good. */
  async byId(jobId: string): Promise<DeadLetterDetailsBody> {
    const address = parseTaskId(jobId);
    const run = address && (await this.runs.load(address.runId));
    if (!address || !run || !isDead(run)) throw new NotFoundError('dead letter', jobId);
    const [task] = await this.runs.tasks(run.id, address.step, address.index, 1);
    const [outcome] = await this.runs.outcomes(run.id, address.step, address.index, 1);
    if (!task || !outcome || !('error' in outcome)) throw new NotFoundError('dead letter', jobId);
    const history = await this.runs.history(run.id, address.step, address.index);
    return {
      ...jobView(run, task),
      error: outcome.error,
      redriven_by: (await redriverOf(this.runs, run))?.id ?? null,
      history: history.map(({ attempt, endedAt, agentId, end, error }) => {
        return { attempt, ended_at: momentView(endedAt), agent_id: agentId ?? null, end, error };
      }),
    };
  }

  private async ofRun(
    run: RunRecord,
    filter: DeadLetterFilter,
    { from, limit, budget }: { from: TaskPosition; limit: number; budget: number },
  ): Promise<{ items: DeadLetterBody[]; scanned: number; next?: TaskPosition }> {
    const items: DeadLetterBody[] = [];
    const redriver = (await redriverOf(this.runs, run))?.id ?? null;
    let scanned = 0;
    let { step, index } = from;
    for (; step < run.steps.length; step++, index = 0) {
      const { name, total, counts } = run.steps[step]!;
      if (counts.failed + counts.timed_out === 0 || (filter.step && filter.step !== name)) continue;
      for (; index < total; index += CHUNK) {
        if (scanned >= budget) return { items, scanned, next: { step, index } };
        const found = await this.chunk(run, name, index, filter.code);
        scanned += CHUNK;
        for (const item of found) {
          if (items.length === limit) return { items, scanned, next: { step, index: item.task_id } };
          items.push({ ...item, redriven_by: redriver });
        }
      }
    }
    return { items, scanned };
  }

  private async chunk(run: RunRecord, step: string, from: number, code?: string): Promise<Found[]> {
    const outcomes = await this.runs.outcomes(run.id, step, from, CHUNK);
    const bad = outcomes.map((o) => o && 'error' in o && (!code || o.error.code === code) && o.error);
    if (!bad.some(Boolean)) return [];
    const tasks = await this.runs.tasks(run.id, step, from, CHUNK);
    return tasks.flatMap((task) => {
      const error = bad[task.index - from];
      return error ? [{ ...jobView(run, task), error }] : [];
    });
  }

  private async nextRun(after: string | undefined): Promise<RunPosition | undefined> {
    const { items, next } = await this.runs.withDeadLetters({ limit: 1, cursor: after });
    const runId = items[0];
    return runId === undefined ? undefined : { runId, from: { step: 0, index: 0 }, after: next ?? null };
  }
}

/** Of a run that still goes on, nothing has failed for good. */
function isDead(run: RunRecord, workflow?: string): boolean {
  return isTerminal(RUN_TRANSITIONS, run.state) && (!workflow || run.workflowId === workflow);
}

function write({ runId, from, after }: RunPosition): string {
  return CURSOR.write([runId, from.step, from.index, after]);
}
