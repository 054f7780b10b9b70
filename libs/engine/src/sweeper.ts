import {
  areOutside,
  type Definition,
  isMap,
  isTerminal,
  RUN_TRANSITIONS,
  timeOfId,
  type Step,
} from '@agentainer/core';
import type { ChildStarter } from './child-starter.js';
import { decide } from './decide.js';
import type { RunStore, StepQueue, TaskLedger } from './ports.js';
import type { RunRecord, StepRecord } from './records.js';
import type { RunAdvancer } from './run-advancer.js';
import { hasEnded, isOpen } from './step-ending.js';
import { lanesOf, parallelOf, stepNamed } from './step-lanes.js';

export interface SweeperOptions {
  /** Milliseconds without a sign of work after which a step's lanes are looked for. */
  stalledMs: number;
  /** Milliseconds after which an entry of a run that was never written is dropped. */
  orphanMs: number;
  /** Most runs looked at in one sweep; the next one goes on from there. */
  batch: number;
}

export const DEFAULT_SWEEPER_OPTIONS: SweeperOptions = { stalledMs: 10_000, orphanMs: 60_000, batch: 500 };

/**
 * Repairs what a crash left: attempts of workers that are gone, steps whose lanes or fan-in were lost, runs
 * that were written but not queued, runs past their time. One process at a time should sweep, though two do no harm.
 */
export class Sweeper {
  private cursor: string | undefined;

  constructor(
    private readonly runs: RunStore,
    private readonly ledger: TaskLedger,
    private readonly queue: StepQueue,
    private readonly advancer: RunAdvancer,
    private readonly children: ChildStarter,
    private readonly options: SweeperOptions = DEFAULT_SWEEPER_OPTIONS,
  ) {}

  /** Looks at a batch of active runs, the next ones each time. */
  async sweep(signal?: AbortSignal): Promise<void> {
    const page = await this.runs.active({ limit: this.options.batch, cursor: this.cursor });
    this.cursor = page.next;
    for (const runId of page.items) {
      if (signal?.aborted) return;
      await this.sweepRun(runId);
    }
  }

  private async sweepRun(runId: string): Promise<void> {
    const run = await this.runs.load(runId);
    if (!run) return this.dropOrphan(runId);
    if (isTerminal(RUN_TRANSITIONS, run.state)) return this.advancer.retire(run);
    if ((await this.advancer.cancelUnwanted(run)) || (await this.isOver(run))) {
      await this.advancer.advance(runId);
      return;
    }
    const open = run.steps.filter(isOpen);
    for (const step of open) {
      await this.expire(run, step);
      await this.sweepStep(run, step);
    }
    if (run.state === 'paused') return;
    const lostFanIn = open.some((s) => hasEnded(s) && this.isStalled(run, s.touchedAt));
    const lostStart = open.length === 0 && this.isStalled(run, lastTouched(run));
    const lost = lostFanIn || lostStart || (await this.lostChange(run));
    if (lost) await this.advancer.advance(runId, lostStart);
  }

  /**
   * Who ends a wait, or sends what ends it, or lets a step go along, or reads items from outside, may die before the run
   * goes on, while other steps are worked on.
   */
  private async lostChange(run: RunRecord): Promise<boolean> {
    const definition = (await this.runs.definition(run.id))!;
    const isCase =
      definition.steps.some((step) => step.type === 'wait' || hasOutsideItems(step)) ||
      run.steps.some((s) => s.streamed);
    if (!isCase) return false;
    const { close, open, wait, endWait, ask } = decide(definition, run);
    return [close, open, wait, endWait, ask].some((changes) => changes.length > 0);
  }

  /** Whether the run's time is over, or a step is to be closed although it has open tasks. */
  private async isOver(run: RunRecord): Promise<boolean> {
    if (run.readAt >= run.deadline) return true;
    const { close } = decide((await this.runs.definition(run.id))!, run);
    return close.some(({ step }) => run.steps.some((s) => s.name === step && isOpen(s) && !hasEnded(s)));
  }

  /** The index is written before the record: an entry without one is a start that crashed, or one under way. */
  private async dropOrphan(runId: string): Promise<void> {
    if (Date.now() - timeOfId(runId) >= this.options.orphanMs) await this.runs.retire(runId);
  }

  /** Ends tasks that waited too long; where they were the step's last ones, that brings the run forward. */
  private async expire(run: RunRecord, step: StepRecord): Promise<void> {
    if (run.state === 'paused' || step.counts.pending === 0) return;
    const { queue_timeout } = timesOf((await this.runs.definition(run.id))!, step.name);
    const inLineSince = (step.linedUpAt ?? step.openedAt) + (step.paused?.sinceLinedUp ?? 0);
    if (queue_timeout === undefined || run.readAt < inLineSince + queue_timeout) return;
    const expired = await this.ledger.expire(run.id, step.name, queue_timeout);
    if (expired > 0) await this.advancer.advance(run.id);
  }

  private async sweepStep(run: RunRecord, step: StepRecord): Promise<void> {
    const definition = (await this.runs.definition(run.id))!;
    if (step.counts.running > 0) await this.sweepAttempts(run, definition, step);
    if (isWorkedOn(definition, step) || hasEnded(step) || run.state === 'paused') return;
    if (!this.isStalled(run, step.touchedAt)) return;
    if (await this.queue.hasLanes(run.id, lanesOf(definition, step))) return;
    const generation = await this.runs.nextGeneration(run.id, step.name, step.generation);
    await this.queue.addSteps(run.id, [lanesOf(definition, { ...step, generation })]);
  }

  /** An attempt that is not renewed is lost; but where it is a run, that one goes on by itself, if it was ever started. */
  private async sweepAttempts(run: RunRecord, definition: Definition, { name }: StepRecord): Promise<void> {
    const step = stepNamed(definition, name);
    if (step.type === 'workflow') await this.children.mend({ run, definition, step });
    else await this.ledger.reclaim(run.id, name);
  }

  private isStalled(run: RunRecord, touchedAt: number): boolean {
    return run.readAt - touchedAt >= this.options.stalledMs;
  }
}

/** Whether somebody is at the tasks of a step that could run: lanes that run tasks also begin the next ones. */
function isWorkedOn(definition: Definition, step: StepRecord): boolean {
  const { running, pending, retrying } = step.counts;
  if (stepNamed(definition, step.name).type !== 'workflow') return running > 0;
  return pending + retrying === 0 || running >= parallelOf(definition, step);
}

function timesOf(definition: Definition, name: string): { queue_timeout?: number } {
  const step = stepNamed(definition, name);
  return 'queue_timeout' in step ? step : {};
}

function hasOutsideItems(step: Step): boolean {
  return isMap(step) && areOutside(step.items);
}

function lastTouched(run: RunRecord): number {
  return Math.max(run.createdAt, ...run.steps.map((s) => Math.max(s.touchedAt, s.finishedAt)));
}
