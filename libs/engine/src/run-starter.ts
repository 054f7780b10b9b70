import {
  type Definition,
  imagesOf,
  type Json,
  newId,
  pinImages,
  poolsOf,
  SINGLE_JOBS,
  withPriority,
} from '@agentainer/core';
import { type Logger, withDeadline } from '@agentainer/runtime';
import { limitKeysOf } from './applied-limits.js';
import type { PoolDirectory, RunStore } from './ports.js';
import type { NewRun, RunRecord, WorkflowRecord } from './records.js';
import type { RunAdmission } from './run-admission.js';
import type { RunAdvancer } from './run-advancer.js';

/** How long a caller waits for its run to be queued, in milliseconds; laying out many items takes time. */
const QUEUE_DEADLINE_MS = 10_000;

export interface StartOptions {
  /** The id that the run gets. Starting again with the id of a run that exists changes nothing. */
  id?: string;
  /** In place of the one that the definition names. */
  priority?: number;
}

/** Starts runs of workflows, and single jobs, which are runs of one step without a workflow. */
export class RunStarter {
  constructor(
    private readonly runs: RunStore,
    private readonly advancer: RunAdvancer,
    private readonly pools: PoolDirectory,
    private readonly logger: Logger,
    private readonly admission?: RunAdmission,
  ) {}

  /** Once this resolves, the run is in its record and will be worked on whatever crashes. @throws {QueueFullError} */
  startWorkflow(workflow: WorkflowRecord, input: Json, options: StartOptions = {}): Promise<RunRecord> {
    return this.start(workflow.definition, input, options, workflow);
  }

  /** @param options `workflowId` is a workflow that the job is listed with, and whose agents it shares; others share theirs with one another. */
  startJob(
    definition: Definition,
    input: Json,
    options: StartOptions & { workflowId?: string } = {},
  ): Promise<RunRecord> {
    const { workflowId } = options;
    const kin = workflowId === undefined ? SINGLE_JOBS : undefined;
    return this.start(definition, input, options, { id: workflowId }, kin);
  }

  private start(
    definition: Definition,
    input: Json,
    { id = newId('run'), priority }: StartOptions,
    workflow: Partial<WorkflowRecord>,
    kin?: string,
  ): Promise<RunRecord> {
    return this.enter({
      id,
      workflowId: workflow.id ?? null,
      workflowVersion: workflow.version ?? null,
      kin,
      definition: withPriority(definition, priority),
      input: JSON.stringify(input),
    });
  }

  /** Writes a run, which goes by what its images are now, and begins it. @throws {QueueFullError} @throws {InvalidInputError} where a limit's key is not in its input */
  async enter(run: Omit<NewRun, 'limitKeys'>): Promise<RunRecord> {
    const limitKeys = limitKeysOf(run.definition, run.input);
    await this.admission?.admit(run);
    const definition = pinImages(run.definition, await this.pools.digests(imagesOf(run.definition)));
    await this.runs.create({ ...run, definition, limitKeys });
    await this.begin(run.id, definition);
    return (await this.runs.load(run.id))!;
  }

  /** The record is written: what goes wrong from here on delays the run, for the sweeper will begin it. */
  private async begin(runId: string, definition: Definition): Promise<void> {
    const begun = this.warmPools(definition).then(() => this.advancer.advance(runId, true));
    await withDeadline('queuing a run', QUEUE_DEADLINE_MS, begun).catch((error: unknown) =>
      this.logger.warn({ err: error, run: runId }, 'a run was recorded, but could not be queued yet'),
    );
  }

  /** Agents start while the first steps run. */
  private async warmPools(definition: Definition): Promise<void> {
    for (const pool of poolsOf(definition)) {
      if (!pool.config.warm_up) continue;
      await this.pools.register(pool);
      await this.pools.warm(pool.id);
    }
  }
}
