import { newId } from '@agentainer/core';
import type { ChildStarter, ClaimedChild, Parentage } from './child-starter.js';
import type { LaneEnd, LaneJob } from './lane.js';
import type { Completion, RunStore, TaskLedger } from './ports.js';
import type { RunAdvancer } from './run-advancer.js';
import { parallelOf, workflowStepNamed } from './step-lanes.js';
import { failsFast } from './step-success.js';

/** Milliseconds that a lane starts runs before it lets others have its place. */
const SLICE_MS = 1_000;

/**
 * The lane of a workflow step: it claims tasks for runs that it then starts, until no other may be started. It does not
 * wait for their end: each run that ends queues a lane where there is something left to start. Holds no agent.
 */
export class ChildLane {
  constructor(
    private readonly runs: RunStore,
    private readonly ledger: TaskLedger,
    private readonly starter: ChildStarter,
    private readonly advancer: RunAdvancer,
  ) {}

  async work({ runId, step: name, generation }: LaneJob, signal: AbortSignal): Promise<LaneEnd> {
    const [definition, run] = [await this.runs.definition(runId), await this.runs.load(runId)];
    if (!definition || !run) return { kind: 'done' };
    const step = workflowStepNamed(definition, name);
    const maxParallel = parallelOf(definition, step);
    const endsAt = performance.now() + SLICE_MS;
    let completion: Completion | undefined;
    for (;;) {
      // The id is claimed with the task: whoever finds the one can find the other, or make it.
      const agentId = signal.aborted || performance.now() >= endsAt ? undefined : newId('run');
      const request = { runId, step: name, completion, agentId, generation, maxParallel };
      const { claim, accepted, ...tasks } = await this.ledger.completeAndClaim(request);
      // What was claimed with it is not begun: it ends with the step.
      const isOver = accepted && failsFast(step, tasks);
      if (isOver) return this.advance(runId);
      switch (claim.kind) {
        case 'task':
          completion = await this.begin({ run, definition, step }, { ...claim.task, agentId: agentId! });
          break;
        case 'open':
          return { kind: 'again', inMs: 0 };
        case 'wait':
          return { kind: 'again', inMs: claim.ms };
        case 'drained':
        case 'closed':
          return this.advance(runId);
        case 'idle':
        case 'full':
        case 'paused':
          return { kind: 'done' };
      }
    }
  }

  /** How the task ended at once, where there can be no run. */
  private async begin(parentage: Parentage, task: ClaimedChild): Promise<Completion | undefined> {
    const end = await this.starter.start(parentage, task);
    return end && { index: task.index, token: task.token, end };
  }

  private async advance(runId: string): Promise<LaneEnd> {
    await this.advancer.advance(runId);
    return { kind: 'done' };
  }
}
