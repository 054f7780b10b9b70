import { type Definition, type Json, newId, withPriority } from '@agentainer/core';
import type {
  Page,
  RunRecord,
  RunStarter,
  RunStateStore,
  StartOptions,
  StepChanger,
  StepSettings,
  WorkflowRecord,
  WorkflowStore,
  WorkflowVersion,
} from '@agentainer/engine';
import type { FakeRuns } from './fake-runs.js';
import { pageOfIds } from './page-of-ids.js';

/** Workflows in memory. */
export class FakeWorkflowStore implements WorkflowStore {
  /** The versions of each, oldest first. */
  private readonly records = new Map<string, WorkflowRecord[]>();

  constructor(private readonly runs: FakeRuns) {}

  create(definition: Definition, id = newId('wf')): Promise<WorkflowRecord> {
    const now = Date.now();
    const records = this.records.get(id) ?? [
      { id, version: 1, definition, createdAt: now, versionedAt: now },
    ];
    this.records.set(id, records);
    return Promise.resolve(records.at(-1)!);
  }

  get(id: string, version?: number): Promise<WorkflowRecord | undefined> {
    const records = this.records.get(id);
    return Promise.resolve(version === undefined ? records?.at(-1) : records?.[version - 1]);
  }

  update(id: string, definition: Definition): Promise<WorkflowRecord | undefined> {
    const records = this.records.get(id);
    const latest = records?.at(-1);
    if (latest && JSON.stringify(latest.definition) !== JSON.stringify(definition))
      records!.push({ ...latest, version: latest.version + 1, definition, versionedAt: Date.now() });
    return Promise.resolve(records?.at(-1));
  }

  versions(id: string): Promise<WorkflowVersion[] | undefined> {
    const records = this.records.get(id);
    return Promise.resolve(
      records?.map(({ version, versionedAt }) => ({ version, createdAt: versionedAt })).reverse(),
    );
  }

  list(options: { limit: number; cursor?: string }): Promise<Page<WorkflowRecord>> {
    const page = pageOfIds([...this.records.keys()], options);
    return Promise.resolve({ ...page, items: page.items.map((id) => this.records.get(id)!.at(-1)!) });
  }

  remove(id: string): Promise<void> {
    this.records.delete(id);
    return Promise.resolve();
  }

  async latestRun(workflowId: string): Promise<string | undefined> {
    return (await this.runs.list({ limit: 1, workflowId })).items[0];
  }
}

/** Starts runs that nothing works on. */
export class FakeRunStarter implements Pick<RunStarter, 'startWorkflow' | 'startJob'> {
  constructor(private readonly runs: FakeRuns) {}

  startWorkflow(
    workflow: WorkflowRecord,
    input: Json,
    { id, priority }: StartOptions = {},
  ): Promise<RunRecord> {
    const definition = withPriority(workflow.definition, priority);
    return Promise.resolve(this.runs.add({ id, definition, workflow, input }).record());
  }

  startJob(
    definition: Definition,
    input: Json,
    { id, priority, workflowId }: StartOptions & { workflowId?: string } = {},
  ): Promise<RunRecord> {
    const own = withPriority(definition, priority);
    return Promise.resolve(this.runs.add({ id, definition: own, input, listedWith: workflowId }).record());
  }
}

/** Settings of steps that nothing keeps to. */
export class FakeStepChanger implements Pick<StepChanger, 'change'> {
  constructor(private readonly runs: FakeRuns) {}

  change(runId: string, step: string, settings: StepSettings): Promise<void> {
    this.runs.runs.get(runId)?.settings.set(step, settings);
    return Promise.resolve();
  }
}

/** The state of runs in memory. */
export class FakeRunState implements Pick<RunStateStore, 'all' | 'get' | 'put'> {
  private readonly values = new Map<string, Map<string, Json>>();

  all(runId: string): Promise<Record<string, Json>> {
    return Promise.resolve(Object.fromEntries(this.values.get(runId) ?? []));
  }

  get(runId: string, key: string): Promise<Json | undefined> {
    return Promise.resolve(this.values.get(runId)?.get(key));
  }

  put(runId: string, values: Record<string, Json>): Promise<void> {
    const merged = new Map([...(this.values.get(runId) ?? []), ...Object.entries(values)]);
    this.values.set(runId, merged);
    return Promise.resolve();
  }
}
