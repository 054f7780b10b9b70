import { ConflictError, isTerminal, NotFoundError, RUN_TRANSITIONS } from '@agentainer/core';
import { endNow, RUN_CANCELLED } from './end-now.js';
import type { RunChange, RunStore, StepQueue, WorkflowStore } from './ports.js';
import type { RunRecord } from './records.js';
import type { RunAdvancer } from './run-advancer.js';
import { RunRemoval } from './run-removal.js';
import { hasEnded } from './step-ending.js';
import { lanesOf } from './step-lanes.js';

/** Runs of a workflow looked at, or deleted, in one call. */
const RUNS_AT_ONCE = 200;

/** What people ask of runs. Each request may be repeated: it finds done what was done before. */
export class RunControl {
  constructor(
    private readonly runs: RunStore,
    private readonly workflows: Pick<WorkflowStore, 'remove'>,
    private readonly queue: StepQueue,
    private readonly advancer: RunAdvancer,
  ) {}

  /**
   * Ends a run with what is open of it; attempts that run are stopped, results stay. What completed and is to be
   * compensated is, from then on.
   * @throws {NotFoundError} @throws {ConflictError} where it has ended in another way
   */
  async cancel(runId: string): Promise<RunRecord> {
    const definition = await this.runs.definition(runId);
    const changes = (run: RunRecord) => endNow(definition!, run, 'cancelled', RUN_CANCELLED);
    const run = await this.change(runId, 'cancelled', changes, wasCancelled);
    if (run.state === 'compensating') return (await this.advancer.advance(runId, true)) ?? run;
    await this.advancer.retire(run);
    return run;
  }

  /** Starts no task of a run until it is resumed; those that run end. @throws as {@link cancel} */
  pause(runId: string): Promise<RunRecord> {
    return this.change(runId, 'paused', () => [{ kind: 'become', to: 'paused' }]);
  }

  /** Lets a paused run go on. @throws as {@link cancel} */
  async resume(runId: string): Promise<RunRecord> {
    const before = await this.runs.load(runId);
    const run = await this.change(runId, 'running', () => [{ kind: 'become', to: 'running' }]);
    if (before?.state !== 'paused') return run;
    await this.queueAgain(run);
    return (await this.advancer.advance(runId, true)) ?? run;
  }

  /**
   * Forgets a run that has ended, with the runs that it started, or a part of those where they are many.
   * @returns whether all of it is gone; else the caller asks again
   * @throws {NotFoundError} @throws {ConflictError} where one of them has not ended
   */
  async delete(runId: string): Promise<boolean> {
    const run = await this.load(runId);
    return new RunRemoval(this.runs, this.advancer, RUNS_AT_ONCE).remove(run);
  }

  /**
   * Forgets a workflow and its runs, or a part of the runs where they are many.
   * @returns whether all of it is gone; else the caller asks again
   * @throws {ConflictError} where one of the runs has not ended
   */
  async deleteWorkflow(workflowId: string): Promise<boolean> {
    const { items, next } = await this.runs.list({ workflowId, limit: RUNS_AT_ONCE });
    const runs = await Promise.all(items.map((id) => this.runs.load(id)));
    const active = runs.find((run) => run && !isTerminal(RUN_TRANSITIONS, run.state));
    if (active) throw new ConflictError(`run ${active.id} of workflow ${workflowId} is ${active.state}`);
    const removal = new RunRemoval(this.runs, this.advancer, RUNS_AT_ONCE);
    for (const id of items) {
      // It may have gone with a run before it, which had started it.
      const run = await this.runs.load(id);
      if (run && !(await removal.remove(run))) return false;
    }
    if (next !== undefined) return false;
    await this.workflows.remove(workflowId);
    return true;
  }

  /** Applies changes until the run is where they lead, whoever else changes it meanwhile. */
  private async change(
    runId: string,
    to: RunRecord['state'],
    changes: (run: RunRecord) => RunChange[],
    isDone = (run: RunRecord) => run.state === to,
  ): Promise<RunRecord> {
    for (;;) {
      const run = await this.load(runId);
      if (isDone(run)) return run;
      // Each round finds the run at another revision than the one before, and states that have ended stay.
      if (!RUN_TRANSITIONS[run.state].includes(to)) throw new ConflictError(`run ${runId} is ${run.state}`);
      await this.runs.apply(runId, changes(run), run.revision);
    }
  }

  /** The lanes ended when they found the run paused, and its root where nothing was left to wait for. */
  private async queueAgain(run: RunRecord): Promise<void> {
    const definition = (await this.runs.definition(run.id))!;
    const open = run.steps.filter((s) => (s.state === 'ready' || s.state === 'running') && !hasEnded(s));
    const lanes = [];
    for (const step of open) {
      const generation = await this.runs.nextGeneration(run.id, step.name, step.generation);
      lanes.push(lanesOf(definition, { ...step, generation }));
    }
    if (lanes.length > 0) await this.queue.addRun(run.id, lanes);
  }

  private async load(runId: string): Promise<RunRecord> {
    const run = await this.runs.load(runId);
    if (!run) throw new NotFoundError('run', runId);
    return run;
  }
}

/** A run that is compensated because it was cancelled says so in its error. */
function wasCancelled({ error }: RunRecord): boolean {
  return error?.code === RUN_CANCELLED.code;
}
