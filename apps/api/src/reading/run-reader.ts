import { type Definition, NotFoundError } from '@agentainer/core';
import type { RunRecord, WorkflowRecord, WorkflowStore } from '@agentainer/engine';
import { z } from 'zod';
import type { RunRecords } from '../parts.js';
import { Cursor } from './cursor.js';

const RUN_ID = /^run_[0-9a-z]{26}$/;
const WORKFLOW_ID = /^wf_[0-9a-z]{26}$/;
/** Entries of the index looked at where the newest one has no record (its writer crashed in between). */
const LATEST_TRIES = 10;
/** Workflows looked at for one page of those that match a filter. */
const SCANNED_WORKFLOWS = 500;

const indexCursor = (list: string) => new Cursor(list, z.string().max(200));
const RUNS = indexCursor('runs');
const CHILDREN = indexCursor('children');
const WORKFLOWS = indexCursor('workflows');

export interface PageRequest {
  limit: number;
  cursor?: string;
}
export interface PageOf<T> {
  items: T[];
  next_cursor: string | null;
}
export interface WorkflowEntry {
  workflow: WorkflowRecord;
  latest?: RunRecord;
}

/** Finds workflows and runs, also "the run that is meant". What does not exist is a {@link NotFoundError}. */
export class RunReader {
  constructor(
    private readonly workflows: WorkflowStore,
    private readonly runs: RunRecords,
  ) {}

  /** The latest version, unless another one is named. */
  async workflow(id: string, version?: number): Promise<WorkflowRecord> {
    const workflow = WORKFLOW_ID.test(id) ? await this.workflows.get(id, version) : undefined;
    if (!workflow)
      throw new NotFoundError('workflow', version === undefined ? id : `${id} version ${version}`);
    return workflow;
  }

  async run(id: string): Promise<RunRecord> {
    const run = RUN_ID.test(id) ? await this.runs.load(id) : undefined;
    if (!run) throw new NotFoundError('run', id);
    return run;
  }

  async definition(run: RunRecord): Promise<Definition> {
    const definition = await this.runs.definition(run.id);
    if (!definition) throw new NotFoundError('run', run.id);
    return definition;
  }

  /** The named run of a workflow, or its latest one. A run of another workflow is not there. */
  async runOf(workflowId: string, runId?: string): Promise<RunRecord> {
    await this.workflow(workflowId);
    const run = runId === undefined ? await this.latest(workflowId) : await this.run(runId);
    if (run && run.workflowId === workflowId) return run;
    throw new NotFoundError(`run of workflow ${workflowId}`, runId ?? '(latest)');
  }

  async latest(workflowId: string): Promise<RunRecord | undefined> {
    const newest = await this.workflows.latestRun(workflowId);
    if (newest === undefined) return undefined;
    const run = await this.runs.load(newest);
    if (run) return run;
    const { items } = await this.runs.list({ workflowId, limit: LATEST_TRIES });
    return (await Promise.all(items.map((id) => this.runs.load(id)))).find((found) => found !== undefined);
  }

  /** Newest first; of one workflow where it is named. */
  async listRuns({ limit, cursor }: PageRequest, workflowId?: string): Promise<PageOf<RunRecord>> {
    const page = await this.runs.list({ limit, cursor: RUNS.read(cursor), workflowId });
    const runs = await Promise.all(page.items.map((id) => this.runs.load(id)));
    return {
      items: runs.filter((run) => run !== undefined),
      next_cursor: page.next === undefined ? null : RUNS.write(page.next),
    };
  }

  /** The runs that tasks of a run started, by step and index; those of one step or task where it is named. */
  async listChildren({ id }: RunRecord, { cursor, ...of }: PageRequest & { step?: string; index?: number }) {
    const page = await this.runs.children(id, { ...of, cursor: CHILDREN.read(cursor) });
    const runs = await Promise.all(page.items.map(({ childId }) => this.runs.load(childId)));
    const next_cursor = page.next === undefined ? null : CHILDREN.write(page.next);
    return { items: runs.filter((run) => run !== undefined), next_cursor };
  }

  /** Newest first. With a status: those whose latest run has it, from a bounded part of the list. */
  async listWorkflows(request: PageRequest & { status?: string }): Promise<PageOf<WorkflowEntry>> {
    const { limit, status } = request;
    const items: WorkflowEntry[] = [];
    let cursor = WORKFLOWS.read(request.cursor);
    for (let scanned = 0; scanned < SCANNED_WORKFLOWS;) {
      const page = await this.workflows.list({ limit: limit - items.length, cursor });
      scanned += limit - items.length;
      const entries = await Promise.all(page.items.map((workflow) => this.withLatest(workflow)));
      items.push(...entries.filter(({ latest }) => status === undefined || latest?.state === status));
      cursor = page.next;
      if (cursor === undefined || items.length >= limit) break;
    }
    return { items, next_cursor: cursor === undefined ? null : WORKFLOWS.write(cursor) };
  }

  private async withLatest(workflow: WorkflowRecord): Promise<WorkflowEntry> {
    return { workflow, latest: await this.latest(workflow.id) };
  }
}
