import {
  behindMs,
  type Definition,
  type LanePlace,
  needsAgents,
  outlastsSteps,
  poolOf,
  priorityOf,
  readsAlong,
  realmOf,
  type Step,
} from '@agentainer/core';
import type { Pause } from './arriving-outcomes.js';
import { FailureStreak } from './failure-streak.js';
import { endOfClaim, LaneSession, type SessionEnd } from './lane-session.js';
import { leaseOnNothing } from './lease-on-nothing.js';
import type { GateAnswer, LimitGate } from './limit-gate.js';
import { FREE_PASS, type LimitPass } from './limit-pass.js';
import type { LogBook } from './log-writer.js';
import type { AgentLease, AgentSource } from './agent-port.js';
import type { RunStore, StepLanes, StopSignals, TaskLedger } from './ports.js';
import type { RunAdvancer } from './run-advancer.js';
import { agentStepNamed } from './step-lanes.js';

/** What a lane's queued job says. */
export interface LaneJob {
  runId: string;
  step: string;
  /** Lanes of an earlier generation than the step's end: their work was queued again. */
  generation: number;
  /** Since when it has waited for an agent in vain, where it has; milliseconds since 1970. */
  since?: number;
}

/** `again`: the lane has more to do, but not before so many milliseconds, and behind the others that wait. */
export type LaneEnd = { kind: 'done' } | { kind: 'again'; inMs: number };

export interface LaneContext {
  /** Aborts when the worker stops: the lane ends its task, claims no other and asks to be run again. */
  signal: AbortSignal;
  /** What brings this lane back from where it waits. */
  ticket: string;
  /** Whether lanes of this priority, or more urgent ones, wait for this worker, or it has more than it may. */
  othersWait(priority: number): Promise<boolean>;
  /** Makes the queued job that of another step, so that it is this one which is run again from now on. */
  moveOn(job: LaneJob): Promise<void>;
}

export interface LaneOptions {
  /** Milliseconds that a lane keeps an agent before it gives it to others that wait. */
  sliceMs: number;
  /** Milliseconds that a lane waits for an agent before it leaves its place in the worker to others. */
  agentWaitMs: number;
  /** Milliseconds between two signs of life of an attempt. */
  renewMs: number;
  /** Milliseconds until a task that lost its agent is tried again. */
  lossPauseMs: number;
  /** Milliseconds that a task may go on when the worker stops: then it is given up, for others to try it again. */
  stopGraceMs: number;
}

export const DEFAULT_LANE_OPTIONS: LaneOptions = {
  sliceMs: 1_000,
  agentWaitMs: 20_000,
  renewMs: 3_000,
  lossPauseMs: 2_000,
  stopGraceMs: 15_000,
};

export interface LaneDependencies {
  /** In place of waiting by the clock for more results of a step that goes on. */
  pause?: Pause;
  runs: RunStore;
  ledger: TaskLedger;
  stops: StopSignals;
  agents: AgentSource;
  advancer: RunAdvancer;
  /** Without one nothing is limited. */
  gate?: LimitGate;
  /** Without one nobody keeps what tasks print. */
  logs?: LogBook;
}

/** What is done with one lease; the job is that of the step which the lane came to. */
interface Slice {
  job: LaneJob;
  end: SessionEnd;
}

/**
 * Works through the tasks of a step, one after another, on one leased agent at a time. The lane that ends the
 * last task also brings the run forward, so that the next step does not wait for the fan-in job to be taken;
 * that job finds the work done, or does it where this lane died. Where the next step has a single lane that needs an
 * agent of the same pool, this lane goes on with it on the agent that it has: nothing is queued, nothing leased.
 */
export class Lane {
  constructor(
    private readonly dependencies: LaneDependencies,
    private readonly options: LaneOptions = DEFAULT_LANE_OPTIONS,
  ) {}

  async work(job: LaneJob, context: LaneContext): Promise<LaneEnd> {
    const definition = await this.dependencies.runs.definition(job.runId);
    if (!definition) return { kind: 'done' };
    let at = job;
    while (!context.signal.aborted) {
      const slice = await this.slice(at, definition, context);
      const { end } = slice;
      at = slice.job;
      if (end.kind === 'drained' || end.kind === 'done') return { kind: 'done' };
      if (end.kind === 'wait') return this.again(job, at, end.ms, context);
      if (await context.othersWait(priorityOf(definition))) break;
    }
    return this.again(job, at, 0, context);
  }

  /** What the lane is to know when it comes again is in its job. */
  private async again(job: LaneJob, at: LaneJob, inMs: number, { moveOn }: LaneContext): Promise<LaneEnd> {
    if (at.since !== job.since) await moveOn(at);
    return { kind: 'again', inMs };
  }

  private async slice(job: LaneJob, definition: Definition, context: LaneContext): Promise<Slice> {
    const answer = await this.enter(job, definition, context.ticket);
    if (answer?.kind === 'wait') return { job, end: await this.inLine(job, answer) };
    const pass = answer?.pass ?? FREE_PASS;
    try {
      return await this.onAgent(job, definition, pass, context);
    } finally {
      await pass.giveBack();
    }
  }

  /** A step that waits for another one takes no slot, for that one may need it. */
  private async enter(job: LaneJob, definition: Definition, ticket: string): Promise<GateAnswer | undefined> {
    if (readsAlong(agentStepNamed(definition, job.step))) return undefined;
    return this.dependencies.gate?.enter(job.runId, definition, ticket);
  }

  /** A lane that stands in line comes again, unless there is nothing left for it to do. */
  private async inLine(
    { runId, step, generation }: LaneJob,
    { inMs, leave }: Extract<GateAnswer, { kind: 'wait' }>,
  ): Promise<SessionEnd> {
    const { ledger, advancer } = this.dependencies;
    const { claim } = await ledger.completeAndClaim({ runId, step, generation });
    if (claim.kind === 'open' || claim.kind === 'task') return { kind: 'wait', ms: inMs };
    const end = endOfClaim(claim);
    await Promise.all([leave(), end.kind === 'drained' && advancer.advance(runId)]);
    return end;
  }

  private async onAgent(
    job: LaneJob,
    definition: Definition,
    pass: LimitPass,
    context: LaneContext,
  ): Promise<Slice> {
    const { signal, moveOn } = context;
    const { agents, runs } = this.dependencies;
    const workflowId = await runs.workflowId(job.runId);
    const { pool, realm, mayLeadOn } = needOf({ ...job, kin: await runs.kin(job.runId) }, definition);
    const { agentWaitMs, sliceMs } = this.options;
    // Whoever waits for an agent keeps others from the slots that it holds.
    const waitMs = pass.limited ? Math.min(agentWaitMs, sliceMs) : agentWaitMs;
    const { since = Date.now(), ...begun } = job;
    let at: LaneJob = begun;
    const answer = await agents.lease(pool, { waitMs, signal, realm, ...standing(definition, since) });
    // It keeps its place by when it first came.
    if (answer.kind === 'busy') return { job: { ...begun, since }, end: { kind: 'open' } };
    const parent = await runs.parent(job.runId);
    const lease = answer.kind === 'leased' ? answer.lease : leaseOnNothing(answer.error);
    const lost = lossOf(agentStepNamed(definition, job.step), { lease, pass, signal });
    let endsAt = performance.now() + sliceMs;
    const streak = new FailureStreak();
    const given = { ...this.dependencies, workflowId, parent, definition, lease, lost, pass, streak, signal };
    const mayFollow = answer.kind === 'leased' && mayLeadOn;
    let suspect = false;
    let advanced: Promise<unknown> | undefined;
    try {
      for (;;) {
        const { runId, generation } = at;
        const step = agentStepNamed(definition, at.step);
        const session = new LaneSession({ ...given, endsAt, runId, step, generation }, this.options);
        const end = await session.run();
        suspect = session.suspect;
        const hasMore = end.kind === 'open' || (end.kind === 'drained' && mayFollow);
        const kept = hasMore && session.isOver() && (await mayKeep(lease, pass, definition, context));
        if (kept) endsAt = performance.now() + sliceMs;
        if (kept && end.kind === 'open') continue;
        if (end.kind !== 'drained') return { job: at, end };
        const next = new NextStep(runId, mayFollow && (kept || session.mayClaim()) ? pool : undefined);
        advanced = this.dependencies.advancer.advance(runId, false, (lanes) => next.takes(lanes));
        if (next.pool === undefined) return { job: at, end };
        await advanced;
        if (!next.job) return { job: at, end };
        await moveOn(next.job);
        at = next.job;
      }
    } finally {
      await Promise.all([lease.release({ suspect, failed: streak.failed }), pass.giveBack(), advanced]);
    }
  }
}

/** What makes a lane give its task up. One that reads along goes on for as long as its map does: a worker that stops cannot wait for it. */
function lossOf(
  step: Step,
  { lease, pass, signal }: { lease: AgentLease; pass: LimitPass; signal: AbortSignal },
): AbortSignal {
  if (readsAlong(step)) return AbortSignal.any([lease.lost, signal]);
  return pass.limited ? AbortSignal.any([lease.lost, pass.lost]) : lease.lost;
}

/** Where a lane stands in line that has waited since then. */
function standing(definition: Definition, since: number): { priority: number; behindMs: number } {
  const priority = priorityOf(definition);
  return { priority, behindMs: behindMs(priority) - (Date.now() - since) };
}

/** Whether a lane whose time slice is over keeps its agent: nobody waits, for the agent, a limit or in the queue, who would go before. */
async function mayKeep(
  lease: AgentLease,
  pass: LimitPass,
  definition: Definition,
  { othersWait }: LaneContext,
): Promise<boolean> {
  const priority = priorityOf(definition);
  if (await othersWait(priority - 1)) return false;
  return lease.keep(behindMs(priority), pass.limited || (await othersWait(priority)));
}

/** The step that a lane goes on with: the first one that is opened with a single lane of its pool. */
class NextStep {
  job: LaneJob | undefined;

  /** @param pool whose agent the lane has; undefined where it goes on with nothing */
  constructor(
    private readonly runId: string,
    readonly pool: string | undefined,
  ) {}

  takes({ step, pool, lanes, generation }: StepLanes): boolean {
    if (this.job || this.pool === undefined || pool?.id !== this.pool || lanes !== 1) return false;
    this.job = { runId: this.runId, step, generation };
    return true;
  }
}

/** The agent that a lane needs, and whether another step could go on with it. */
function needOf(
  place: LanePlace,
  definition: Definition,
): { pool: string; realm: string; mayLeadOn: boolean } {
  const { id: pool, config } = poolOf(agentStepNamed(definition, place.step));
  const served = definition.steps.filter((step) => needsAgents(step) && poolOf(step).id === pool);
  const mayLeadOn = outlastsSteps(config.reuse) && served.length > 1;
  return { pool, realm: realmOf(config.reuse, place), mayLeadOn };
}
