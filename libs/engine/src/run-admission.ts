import { QueueFullError } from '@agentainer/core';
import type { RunStore } from './ports.js';
import type { NewRun } from './records.js';

type Candidate = Pick<NewRun, 'id' | 'workflowId' | 'workflowVersion' | 'definition'>;

/**
 * Keeps the number of runs that have not ended within limits, that of all runs and that of each workflow, so that a
 * flood is refused at the door and not swallowed.
 */
export class RunAdmission {
  /** @param maxActive calls at the same moment may pass it by their number */
  constructor(
    private readonly runs: Pick<RunStore, 'activeCount' | 'load'>,
    private readonly maxActive: number,
  ) {}

  /** Lets a run in; one that is there already is let in always. @throws {QueueFullError} */
  async admit(run: Candidate): Promise<void> {
    const fault = (await this.ofAll()) ?? (await this.ofWorkflow(run));
    if (fault && !(await this.runs.load(run.id))) throw new QueueFullError(fault);
  }

  private async ofAll(): Promise<string | undefined> {
    const active = await this.runs.activeCount();
    if (active < this.maxActive) return undefined;
    return `${active} runs have not ended, and ${this.maxActive} are allowed`;
  }

  /** Single jobs that are listed with a workflow are no runs of it. */
  private async ofWorkflow(run: Candidate): Promise<string | undefined> {
    const { max_active_runs: most } = run.definition.config;
    if (most === undefined || run.workflowId === null || run.workflowVersion === null) return undefined;
    const active = await this.runs.activeCount(run.workflowId);
    if (active < most) return undefined;
    return `${active} runs of workflow ${run.workflowId} have not ended, and ${most} are allowed`;
  }
}
