import { type AgentStep, type Definition, poolOf } from '@agentainer/core';
import { LaneSession, type SessionEnd } from './lane-session.js';
import { leaseOnNothing } from './lease-on-nothing.js';
import type { AgentSource, RunStore, StopSignals, TaskLedger } from './ports.js';
import type { RunAdvancer } from './run-advancer.js';
import { agentStepNamed } from './step-lanes.js';

/** What a lane's queued job says. */
export interface LaneJob {
  runId: string;
  step: string;
  /** Lanes of an earlier generation than the step's end: their work was queued again. */
  generation: number;
}

/** `again`: the lane has more to do, but not before so many milliseconds, and behind the others that wait. */
export type LaneEnd = { kind: 'done' } | { kind: 'again'; inMs: number };

export interface LaneContext {
  /** Aborts when the worker stops: the lane ends its task, claims no other and asks to be run again. */
  signal: AbortSignal;
  /** Whether other lanes wait for this worker. */
  othersWait(): Promise<boolean>;
}

export interface LaneOptions {
  /** Milliseconds that a lane keeps an agent before it gives it to others that wait. */
  sliceMs: number;
  /** Milliseconds that a lane waits for an agent before it leaves its place in the worker to others. */
  agentWaitMs: number;
  /** Milliseconds between two signs of life of an attempt. */
  renewMs: number;
}

export const DEFAULT_LANE_OPTIONS: LaneOptions = { sliceMs: 1_000, agentWaitMs: 20_000, renewMs: 3_000 };

export interface LaneDependencies {
  runs: RunStore;
  ledger: TaskLedger;
  stops: StopSignals;
  agents: AgentSource;
  advancer: RunAdvancer;
}

/**
 * Works through the tasks of a step, one after another, on one leased agent at a time. The lane that ends the
 * last task also brings the run forward, so that the next step does not wait for the fan-in job to be taken;
 * that job finds the work done, or does it where this lane died.
 */
export class Lane {
  constructor(
    private readonly dependencies: LaneDependencies,
    private readonly options: LaneOptions = DEFAULT_LANE_OPTIONS,
  ) {}

  async work(job: LaneJob, context: LaneContext): Promise<LaneEnd> {
    const definition = await this.dependencies.runs.definition(job.runId);
    if (!definition) return { kind: 'done' };
    const step = agentStepNamed(definition, job.step);
    while (!context.signal.aborted) {
      const end = await this.slice(job, definition, step, context.signal);
      if (end.kind === 'drained' || end.kind === 'done') return { kind: 'done' };
      if (end.kind === 'wait') return { kind: 'again', inMs: end.ms };
      if (await context.othersWait()) break;
    }
    return { kind: 'again', inMs: 0 };
  }

  private async slice(
    { runId, generation }: LaneJob,
    definition: Definition,
    step: AgentStep,
    signal: AbortSignal,
  ): Promise<SessionEnd> {
    const { agentWaitMs: waitMs } = this.options;
    const answer = await this.dependencies.agents.lease(poolOf(step).id, { waitMs, signal });
    if (answer.kind === 'busy') return { kind: 'open' };
    const workflowId = await this.dependencies.runs.workflowId(runId);
    const lease = answer.kind === 'leased' ? answer.lease : leaseOnNothing(answer.error);
    const session = new LaneSession(
      { ...this.dependencies, runId, workflowId, definition, step, generation, lease, signal },
      this.options,
    );
    let advanced: Promise<unknown> | undefined;
    try {
      const end = await session.run();
      if (end.kind === 'drained') advanced = this.dependencies.advancer.advance(runId);
      return end;
    } finally {
      await Promise.all([session.release(), advanced]);
    }
  }
}
