import { ConflictError, isTerminal, NotFoundError, RUN_TRANSITIONS, type RunState } from '@agentainer/core';
import type { RunControl, RunRecord } from '@agentainer/engine';
import type { FakeRun, FakeRuns } from './fake-runs.js';
import type { FakeWorkflowStore } from './fake-stores.js';

/** Changes the state of fake runs as the real one does, and nothing else of them. */
export class FakeRunControl implements Pick<
  RunControl,
  'cancel' | 'pause' | 'resume' | 'delete' | 'deleteWorkflow'
> {
  constructor(
    private readonly runs: FakeRuns,
    private readonly workflows: FakeWorkflowStore,
  ) {}

  cancel(runId: string) {
    return this.change(runId, 'cancelled');
  }

  pause(runId: string) {
    return this.change(runId, 'paused');
  }

  resume(runId: string) {
    return this.change(runId, 'running');
  }

  delete(runId: string): Promise<boolean> {
    this.mustHaveEnded(this.find(runId));
    this.runs.runs.delete(runId);
    return Promise.resolve(true);
  }

  async deleteWorkflow(workflowId: string): Promise<boolean> {
    const runs = [...this.runs.runs.values()].filter((run) => run.options.workflow?.id === workflowId);
    for (const run of runs) this.mustHaveEnded(run);
    for (const run of runs) this.runs.runs.delete(run.id);
    await this.workflows.remove(workflowId);
    return true;
  }

  private async change(runId: string, to: RunState): Promise<RunRecord> {
    const run = this.find(runId);
    if (run.state !== to && !RUN_TRANSITIONS[run.state].includes(to)) {
      throw new ConflictError(`run ${runId} is ${run.state}`);
    }
    return run.end(to).record();
  }

  private mustHaveEnded(run: FakeRun): void {
    if (!isTerminal(RUN_TRANSITIONS, run.state)) throw new ConflictError(`run ${run.id} is ${run.state}`);
  }

  private find(runId: string): FakeRun {
    const run = this.runs.runs.get(runId);
    if (!run) throw new NotFoundError('run', runId);
    return run;
  }
}
