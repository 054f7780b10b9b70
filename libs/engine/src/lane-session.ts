import {
  type AgentStep,
  type Definition,
  InvalidInputError,
  readsAlong,
  reducedStep,
  type ReduceStep,
  TASK_ERRORS,
  type TaskAddress,
  type TaskError,
  type TreeNode,
} from '@agentainer/core';
import { arrivingOutcomes, type Pause } from './arriving-outcomes.js';
import type { FailureStreak } from './failure-streak.js';
import type { LimitPass } from './limit-pass.js';
import type { LogBook } from './log-writer.js';
import type { AgentLease, AttemptResult } from './agent-port.js';
import type {
  AttemptEnd,
  Claim,
  ClaimedTask,
  Completion,
  RunStore,
  StopSignals,
  TaskLedger,
} from './ports.js';
import { ProgressWriter } from './progress-writer.js';
import { pauseAfterLoss, retryDelay } from './retry.js';
import { parallelOf } from './step-lanes.js';
import { treeOf } from './tree-growth.js';
import { failsFast } from './step-success.js';
import { inputOf } from './task-input.js';
import { type JsonText, RunValues } from './values.js';

/** An attempt that the run's end cuts off reports after that end by Redis's clock, too: both clocks drift by less. */
const RUN_TIMEOUT_MARGIN_MS = 50;

const NOTHING_TO_DROP: AttemptEnd = {
  kind: 'failed',
  error: { code: 'AGENT_PROTOCOL', message: 'only the item of a map step can be dropped' },
};

export interface SessionContext {
  pause?: Pause;
  runs: RunStore;
  ledger: TaskLedger;
  stops: StopSignals;
  logs?: LogBook;
  runId: string;
  workflowId: string | null;
  parent: TaskAddress | undefined;
  definition: Definition;
  step: AgentStep;
  generation: number;
  lease: AgentLease;
  /** When the lease is to be given up, as `performance.now()` tells the time. */
  endsAt: number;
  /** What failed with this lease. */
  streak: FailureStreak;
  /** Aborts when the lane's right to work is lost: the lease, or a slot of a limit. */
  lost: AbortSignal;
  /** What rates allow the lane. */
  pass: Pick<LimitPass, 'mayBegin' | 'begun'>;
  /** Aborts when the worker stops: no further task is begun, and the one under way may not go on for long. */
  signal: AbortSignal;
}

/**
 * `open`: there is more to do, on another lease. `wait`: a retry is due in so many milliseconds.
 * `drained`: every task of the step has ended, or it is closed or to be closed. `done`: others do what is left.
 */
export type SessionEnd = { kind: 'done' | 'drained' | 'open' } | { kind: 'wait'; ms: number };

/** What it means for a lane that it was given no task. */
export function endOfClaim(claim: Exclude<Claim, { kind: 'task' }>): SessionEnd {
  switch (claim.kind) {
    case 'open':
    case 'wait':
    case 'drained':
      return claim;
    case 'full':
      return { kind: 'wait', ms: claim.ms };
    case 'closed':
      return { kind: 'drained' };
    case 'idle':
    case 'paused':
      return { kind: 'done' };
  }
}

/** A lane's work on one step with one lease: completes and claims until the work, the time slice or the agent comes to its end. */
export class LaneSession {
  private readonly values: RunValues;
  /** Whether something went wrong with the agent, so that it must not be used again. */
  suspect = false;
  private stopped = false;
  private current: { task: ClaimedTask; abort: AbortController } | undefined;

  constructor(
    private readonly context: SessionContext,
    private readonly options: { renewMs: number; lossPauseMs: number; stopGraceMs: number },
  ) {
    this.values = new RunValues(context.runs, context.runId, context.definition);
  }

  /** Works until an end; the agent is still leased then. */
  async run(): Promise<SessionEnd> {
    const { lost, stops, runId, step, signal } = this.context;
    const renewal = setInterval(() => void this.renew(), this.options.renewMs);
    const giveUp = () => this.current?.abort.abort();
    const stop = () => {
      this.stopped = true;
      giveUp();
    };
    let grace: NodeJS.Timeout | undefined;
    const stopLater = () => (grace = setTimeout(stop, this.options.stopGraceMs));
    const unlisten = stops.onStop(runId, step.name, stop);
    signal.addEventListener('abort', stopLater);
    lost.addEventListener('abort', giveUp);
    try {
      return await this.work();
    } finally {
      clearInterval(renewal);
      unlisten();
      clearTimeout(grace);
      signal.removeEventListener('abort', stopLater);
      lost.removeEventListener('abort', giveUp);
    }
  }

  private async work(): Promise<SessionEnd> {
    const { ledger, runId, step, generation, lease, pass } = this.context;
    const maxParallel = parallelOf(this.context.definition, step);
    const shared = step.pool_config.agent_concurrency > 1;
    let completion: Completion | undefined;
    for (;;) {
      const agentId = this.mayClaim() && (await pass.mayBegin()) ? lease.agentId : undefined;
      const request = { runId, step: step.name, completion, agentId, generation, maxParallel, shared };
      const answer = await ledger.completeAndClaim(request);
      // What was claimed with it is not begun: it ends with the step.
      if (answer.accepted && failsFast(step, answer)) return { kind: 'drained' };
      const { claim } = answer;
      if (claim.kind !== 'task') return endOfClaim(claim);
      pass.begun();
      const { index, token } = claim.task;
      completion = { index, token, end: await this.attempt(claim.task) };
    }
  }

  /** Whether the agent may be used on: it is well, and neither the time slice nor the lease is over. */
  mayClaim(): boolean {
    return this.mayGoOn() && performance.now() < this.context.endsAt;
  }

  /** Whether it is only the time slice that is over. */
  isOver(): boolean {
    return this.mayGoOn() && performance.now() >= this.context.endsAt;
  }

  /** The same as {@link mayClaim} but for the time slice. */
  private mayGoOn(): boolean {
    const { lease, lost, signal, streak } = this.context;
    if (this.suspect || streak.isTooLong || signal.aborted || lost.aborted) return false;
    return lease.usesLeft > 0;
  }

  private async attempt(task: ClaimedTask): Promise<AttemptEnd> {
    const { step, lease, runId } = this.context;
    const ended = readsAlong(step) ? new AbortController() : undefined;
    const node = await this.nodeOf(task);
    let input: JsonText;
    try {
      input = await this.inputOf(task, node, ended?.signal);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      return { kind: 'failed', error: { code: 'INPUT_INVALID', message: `input: ${error.message}` } };
    }
    const abort = new AbortController();
    // The step may have been closed while the input was read.
    if (this.context.lost.aborted || this.stopped) abort.abort();
    this.current = { task, abort };
    const { index, token } = task;
    const { ledger } = this.context;
    // This runs for every task: what few of them need is made when they do.
    let progress: ProgressWriter | undefined;
    const report = (value: string) => ledger.reportProgress({ runId, step: step.name, index, token }, value);
    const log = this.context.logs?.open({ runId, step: step.name, index, attempt: task.attempt });
    const result = await lease.run({
      runId,
      workflowId: this.context.workflowId,
      parent: this.context.parent,
      step: step.name,
      kind: step.type,
      index,
      level: node?.level,
      attempt: task.attempt,
      token,
      input,
      timeoutMs: Math.min(step.timeout, task.runTimeLeft + RUN_TIMEOUT_MARGIN_MS),
      inputTimeMs: readsAlong(step) ? task.runTimeLeft + RUN_TIMEOUT_MARGIN_MS : undefined,
      onProgress: (value) => (progress ??= new ProgressWriter(report)).note(value),
      onLog: log && ((text) => log.note(text)),
      heartbeatTimeoutMs: step.heartbeat_timeout,
      secrets: step.secrets,
      signal: abort.signal,
    });
    this.current = undefined;
    ended?.abort();
    progress?.stop();
    log?.end();
    this.context.streak.note({ runId, step: step.name, index: task.index }, result, step.retry);
    this.suspect ||=
      result.kind === 'lost' || result.kind === 'timed_out' || (result.kind === 'failed' && result.suspect);
    return this.endOf(task, result);
  }

  /** The task's place in the tree of its step, where that has one. */
  private async nodeOf(task: ClaimedTask): Promise<TreeNode | undefined> {
    const { runs, runId, definition, step } = this.context;
    if (step.type !== 'reduce' || step.fan_in === undefined) return undefined;
    return treeOf(definition, step, (await runs.load(runId))?.steps ?? [])?.node(task.index);
  }

  /** @param ended aborts when nobody reads the input any more, of a step that reads along */
  private async inputOf(
    task: ClaimedTask,
    node: TreeNode | undefined,
    ended: AbortSignal | undefined,
  ): Promise<JsonText> {
    const { definition, step } = this.context;
    if (node && step.type === 'reduce') {
      const from = node.level === 0 ? reducedStep(definition, step)! : step.name;
      return this.values.outcomesIn(from, node);
    }
    const arriving = ended && readsAlong(step) && (await this.arrivingFor(step, ended));
    return arriving || inputOf(this.values, definition, step, task.item);
  }

  private arrivingFor(step: ReduceStep, ended: AbortSignal): Promise<JsonText | undefined> {
    const { runs, runId, definition, pause } = this.context;
    const over = reducedStep(definition, step)!;
    return arrivingOutcomes(runs, { runId, step: over, reader: step.name }, ended, pause);
  }

  private endOf(task: ClaimedTask, result: AttemptResult): AttemptEnd {
    if (result.kind === 'completed') return result;
    if (result.kind === 'lost')
      return { ...result, retryInMs: pauseAfterLoss(result.error, this.options.lossPauseMs) };
    if (result.kind === 'stopped') return { kind: 'lost', error: result.error };
    const { step } = this.context;
    if (result.kind === 'dropped') return step.type === 'map' ? result : NOTHING_TO_DROP;
    const late = result.kind === 'timed_out' && task.runTimeLeft <= step.timeout;
    const error: TaskError = late ? { code: 'RUN_TIMEOUT', message: TASK_ERRORS.RUN_TIMEOUT } : result.error;
    const final = result.kind === 'failed' && !result.retryable;
    const failures = task.attempt - task.lost;
    const retryAfterMs = result.kind === 'failed' ? result.retryAfterMs : undefined;
    const retryInMs = final
      ? undefined
      : retryDelay(step.retry, { failures, error, retryAfterMs }, Math.random());
    return { kind: result.kind, error, retryInMs };
  }

  /** An attempt that is no longer the task's is given up: its result would be refused. */
  private async renew(): Promise<void> {
    const held = this.current;
    if (!held) return;
    const { ledger, runId, step } = this.context;
    const alive = await ledger.renew(runId, step.name, held.task.index, held.task.token).catch(() => true);
    if (!alive) held.abort.abort();
  }
}
