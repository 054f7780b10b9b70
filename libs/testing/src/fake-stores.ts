import { type Definition, type Json, newId } from '@agentainer/core';
import type {
  Page,
  RunRecord,
  RunStarter,
  RunStateStore,
  StepChanger,
  StepSettings,
  WorkflowRecord,
  WorkflowStore,
} from '@agentainer/engine';
import type { FakeRuns } from './fake-runs.js';
import { pageOfIds } from './page-of-ids.js';

/** Workflows in memory. */
export class FakeWorkflowStore implements WorkflowStore {
  private readonly records = new Map<string, WorkflowRecord>();

  constructor(private readonly runs: FakeRuns) {}

  create(definition: Definition): Promise<WorkflowRecord> {
    const record = { id: newId('wf'), version: 1, definition, createdAt: Date.now() };
    this.records.set(record.id, record);
    return Promise.resolve(record);
  }

  get(id: string): Promise<WorkflowRecord | undefined> {
    return Promise.resolve(this.records.get(id));
  }

  list(options: { limit: number; cursor?: string }): Promise<Page<WorkflowRecord>> {
    const page = pageOfIds([...this.records.keys()], options);
    return Promise.resolve({ ...page, items: page.items.map((id) => this.records.get(id)!) });
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

  startWorkflow(workflow: WorkflowRecord, input: Json): Promise<RunRecord> {
    return Promise.resolve(this.runs.add({ definition: workflow.definition, workflow, input }).record());
  }

  startJob(definition: Definition, input: Json): Promise<RunRecord> {
    return Promise.resolve(this.runs.add({ definition, input }).record());
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
