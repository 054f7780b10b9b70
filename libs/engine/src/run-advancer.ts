import { type Definition, poolOf, RUN_TRANSITIONS, isTerminal } from '@agentainer/core';
import { decide } from './decide.js';
import { layOutTasks } from './lay-out.js';
import type { PoolDirectory, RunChange, RunStore, StepLanes, StepQueue } from './ports.js';
import type { RunRecord } from './records.js';
import { lanesOf } from './step-lanes.js';

/** A run has at most that many steps that open one after the other without a task between them. */
const MOST_ROUNDS = 1_000;

/** Brings a run to where its record says that it should be. */
export class RunAdvancer {
  constructor(
    private readonly runs: RunStore,
    private readonly queue: StepQueue,
    private readonly pools: PoolDirectory,
  ) {}

  /**
   * Closes, opens and finishes what the record asks for, and queues the lanes of opened steps. May be called
   * at any time, by anybody, at the same time: each change is guarded in the record, and a call that found
   * nothing to change queues open steps again whose caller may have crashed before it queued them.
   * @param first whether the run has not been queued yet
   * @returns the run as it was last read; undefined where it does not exist.
   */
  async advance(runId: string, first = false): Promise<RunRecord | undefined> {
    const definition = await this.runs.definition(runId);
    if (!definition) return undefined;
    let changedBefore = false;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const run = (await this.runs.load(runId))!;
      const { changes, opened } = await this.changesFor(definition, run);
      if (changes.length === 0) {
        if (!changedBefore) await this.enqueue(runId, definition, run.steps.filter(isReady), first);
        if (isTerminal(RUN_TRANSITIONS, run.state)) await this.runs.retire(runId);
        return run;
      }
      changedBefore = true;
      const { before, after } = await this.runs.apply(runId, changes);
      await this.enqueue(runId, definition, opened, first);
      const alone = before === run.revision && after === before + changes.length;
      const finished = changes.some((c) => c.kind === 'finish');
      if (alone && finished) await this.runs.retire(runId);
      if (alone && !changes.some(needsAnotherLook)) return run;
    }
    throw new Error(`run ${runId} did not settle`);
  }

  private async changesFor(definition: Definition, run: RunRecord) {
    const decision = decide(definition, run);
    const changes: RunChange[] = [...decision.close];
    const opened: Opened[] = [];
    for (const step of decision.open) {
      const layout = await layOutTasks(this.runs, run.id, definition, step);
      if ('error' in layout) {
        changes.push({ kind: 'close', step: step.name, to: 'failed', error: layout.error });
      } else {
        changes.push({ kind: 'open', step: step.name, total: layout.total });
        opened.push({ name: step.name, total: layout.total, generation: 0 });
        await this.pools.register(poolOf(step));
      }
    }
    if (decision.finish) changes.push(decision.finish);
    return { changes, opened };
  }

  private async enqueue(
    runId: string,
    definition: Definition,
    steps: Opened[],
    first: boolean,
  ): Promise<void> {
    const lanes: StepLanes[] = steps.filter((s) => s.total > 0).map((s) => lanesOf(definition, s));
    if (lanes.length === 0) return;
    if (first) await this.queue.addRun(runId, lanes);
    else await this.queue.addSteps(runId, lanes);
  }
}

interface Opened {
  name: string;
  total: number;
  generation: number;
}

function isReady(step: { state: string }): boolean {
  return step.state === 'ready';
}

/** An empty step has ended as it opens, and a step that failed to open changes what comes after it. */
function needsAnotherLook(change: RunChange): boolean {
  return change.kind === 'open' ? change.total === 0 : change.kind === 'close' && change.error !== undefined;
}
