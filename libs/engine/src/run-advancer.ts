import {
  areOutside,
  type Definition,
  isMap,
  isTerminal,
  RUN_TRANSITIONS,
  STEP_TRANSITIONS,
  workflowStepsOf,
} from '@agentainer/core';
import type { ChildRuns } from './child-runs.js';
import { settleCondition } from './conditions.js';
import { retireRun } from './dead-letters.js';
import { decide } from './decide.js';
import type { Decision } from './decision.js';
import { endNow, RUN_CANCELLED } from './end-now.js';
import type { ItemReader } from './item-reader.js';
import { layOutTasks } from './lay-out.js';
import type { Completion, RunChange, RunStore, StepLanes, StepQueue } from './ports.js';
import type { RunRecord, StepRecord } from './records.js';
import { lanesOf } from './step-lanes.js';
import { endOfTime } from './waits.js';

/** A run has at most that many steps that open one after the other without a task between them. */
const MOST_ROUNDS = 1_000;

/** Opening a step and queuing its lanes are not this far apart unless somebody died in between. */
const QUEUED_BY_NOW_MS = 1_000;

/**
 * Brings a run to where its record says that it should be. Without a reader of items it opens no step whose items are
 * outside, for reading them may take long: it asks somebody who has one to advance the run.
 */
export class RunAdvancer {
  constructor(
    private readonly runs: RunStore,
    private readonly queue: StepQueue,
    private readonly children: ChildRuns,
    private readonly items?: ItemReader,
  ) {}

  /**
   * Closes, opens and finishes what the record asks for, and queues the lanes of opened steps. May be called
   * at any time, by anybody, at the same time: each change is guarded in the record, and a call that finds
   * nothing to change queues steps again whose opener seems to have died before it queued them.
   * @param first whether the run has not been queued yet
   * @param take asked for each step that is to be queued; those that the caller takes upon itself are not
   * @returns the run as it was last read; undefined where it does not exist.
   */
  async advance(
    runId: string,
    first = false,
    take: (step: StepLanes) => boolean = () => false,
  ): Promise<RunRecord | undefined> {
    const definition = await this.runs.definition(runId);
    if (!definition) return undefined;
    let changedBefore = false;
    let isWanted = false;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const run = await this.runs.load(runId);
      if (!run) return undefined;
      isWanted ||= !(await this.cancelUnwanted(run));
      if (!isWanted) continue;
      const decision = decide(definition, run);
      if (await this.settle(definition, run, decision)) continue;
      const changes = await this.changesFor(definition, run, decision);
      if (changes.length === 0) {
        if (!changedBefore)
          await this.enqueue(
            runId,
            definition,
            run.state !== 'paused' ? run.steps.filter((s) => seemsLost(run, s)) : [],
            first,
            take,
          );
        if (isTerminal(RUN_TRANSITIONS, run.state)) await this.retire(run);
        return run;
      }
      changedBefore = true;
      const onlyAt = decision.end && run.revision;
      const { revision, applied, maxParallel } = await this.runs.apply(runId, changes, onlyAt);
      const done = changes.filter((_, i) => applied[i]);
      await this.forgetItems(
        runId,
        changes.filter((_, i) => !applied[i]),
      );
      const steps = done.flatMap((change) => opened(change, maxParallel));
      await this.enqueue(runId, definition, steps, first, take);
      await this.tellOthers(definition, run, done);
      const alone = revision === run.revision && done.length === changes.length;
      if (alone && !changes.some((change) => needsAnotherLook(change, run))) return run;
    }
    throw new Error(`run ${runId} did not settle`);
  }

  /**
   * Takes a run that has ended off the list of active ones, once its children and the task that started it know.
   * Harmless when repeated: the sweeper does all of it again where a crash came between.
   */
  async retire(run: RunRecord): Promise<void> {
    const definition = await this.runs.definition(run.id);
    for (const { name } of definition ? workflowStepsOf(definition) : []) {
      await this.children.wakeChildren(run.id, name);
    }
    const parentGoesOn = await this.children.report(run);
    await retireRun(this.runs, run);
    if (parentGoesOn) await this.advance(run.parent!.runId);
  }

  /** Ends a task of a workflow step, and does what follows from that. */
  async endTask(runId: string, step: string, completion: Completion): Promise<void> {
    if (await this.children.end(runId, step, completion)) await this.advance(runId);
  }

  /** Cancels a run that was started by a task which no longer waits for it. True where it was done. */
  async cancelUnwanted(run: RunRecord): Promise<boolean> {
    const mayBe = RUN_TRANSITIONS[run.state].includes('cancelled');
    if (!mayBe || (await this.children.isWanted(run))) return false;
    const definition = (await this.runs.definition(run.id))!;
    await this.runs.apply(run.id, endNow(definition, run, 'cancelled', RUN_CANCELLED), run.revision);
    return true;
  }

  /** What the fan-in of a step does: nothing where the step's last lane has already brought the run forward. */
  async fanIn(runId: string, step: string): Promise<void> {
    const state = await this.runs.stepState(runId, step);
    if (state && !isTerminal(STEP_TRANSITIONS, state)) await this.advance(runId);
  }

  /** Finds out what the decision lacks, and lets steps begin and end to wait. True where there was any of it. */
  private async settle(definition: Definition, run: RunRecord, decision: Decision): Promise<boolean> {
    const { ask, wait, endWait } = decision;
    for (const step of ask) await settleCondition(this.runs, run.id, definition, step);
    for (const step of wait) {
      await this.runs.waits.beginWait(run.id, step.name, run.readAt, endOfTime(step, run.readAt));
    }
    for (const { step, end } of endWait) await this.runs.waits.endWait(run.id, step, end);
    return ask.length + wait.length + endWait.length > 0;
  }

  private async changesFor(definition: Definition, run: RunRecord, decision: Decision): Promise<RunChange[]> {
    const changes: RunChange[] = [...decision.close, ...decision.extend];
    for (const step of decision.open) {
      if (!this.items && isMap(step) && areOutside(step.items)) {
        await this.queue.askForItems(run.id, step.name);
        continue;
      }
      const layout = await layOutTasks(this.runs, run.id, definition, step, this.items);
      if ('error' in layout) {
        changes.push({ kind: 'close', step: step.name, to: 'failed', error: layout.error });
      } else changes.push({ kind: 'open', step: step.name, ...layout });
    }
    if (decision.end) changes.push(decision.end);
    return changes;
  }

  /** Children learn that their step was closed, and whoever waits for the run that it has ended. */
  private async tellOthers(definition: Definition, run: RunRecord, done: RunChange[]): Promise<void> {
    const closed = new Set(done.flatMap((change) => (change.kind === 'close' ? [change.step] : [])));
    for (const { name } of workflowStepsOf(definition)) {
      if (closed.has(name)) await this.children.wakeChildren(run.id, name);
    }
    for (const { to, error } of done.filter((change) => change.kind === 'finish')) {
      await this.retire({ ...run, state: to, error: error ?? run.error });
    }
  }

  /** Somebody else opened the step first, with items that he laid out. */
  private async forgetItems(runId: string, notApplied: RunChange[]): Promise<void> {
    for (const change of notApplied) {
      if (change.kind === 'open' && change.layout)
        await this.runs.dropItems(runId, change.step, change.layout);
    }
  }

  private async enqueue(
    runId: string,
    definition: Definition,
    steps: Opened[],
    first: boolean,
    take: (step: StepLanes) => boolean,
  ): Promise<void> {
    const open = steps.filter((s) => s.total > 0).map((s) => lanesOf(definition, s));
    const lanes = open.filter((step) => !take(step));
    if (lanes.length === 0) return;
    if (first) await this.queue.addRun(runId, lanes);
    else await this.queue.addSteps(runId, lanes);
  }
}

type Opened = Pick<StepRecord, 'name' | 'total' | 'generation' | 'maxParallel'>;

/** How many run at once may have been changed since the run was read: what the record said when it was opened counts. */
function opened(change: RunChange, bounds: ReadonlyMap<string, number>): Opened[] {
  if (change.kind !== 'open' && change.kind !== 'extend') return [];
  const { step: name, total } = change;
  const maxParallel = bounds.get(name);
  if (change.kind === 'open') return [{ name, total, generation: 0, maxParallel }];
  // Lanes for the tasks that were put in line, not for those that have ended.
  return [{ name, total: total - change.from, generation: change.generation + 1, maxParallel }];
}

/** A step that was opened a while ago and not begun: who opened it may have died before its lanes were queued. */
function seemsLost(run: RunRecord, step: StepRecord): boolean {
  return step.state === 'ready' && run.readAt - step.touchedAt > QUEUED_BY_NOW_MS;
}

/**
 * An empty step has ended as it opens, one that others go along with lets them open, a step that failed to open changes
 * what comes after it, and so does the end of a run that is compensated.
 */
function needsAnotherLook(change: RunChange, { steps }: RunRecord): boolean {
  if (change.kind === 'compensate') return true;
  return change.kind === 'open'
    ? change.total === 0 || steps.some((s) => s.name === change.step && s.streamed)
    : change.kind === 'close' && change.to === 'failed' && change.error !== undefined;
}
