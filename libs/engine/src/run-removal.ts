import { ConflictError, isTerminal, RUN_TRANSITIONS } from '@agentainer/core';
import type { RunStore } from './ports.js';
import type { RunRecord } from './records.js';
import type { RunAdvancer } from './run-advancer.js';

/** Forgets runs that have ended, each with the runs that it started; as many as its budget allows. */
export class RunRemoval {
  /** @param budget runs that may be forgotten */
  constructor(
    private readonly runs: RunStore,
    private readonly advancer: RunAdvancer,
    private budget: number,
  ) {}

  /**
   * Its children first: what is left after a crash, or for want of budget, is found by asking again.
   * @returns whether all of it is gone
   * @throws {ConflictError} where the run, or one that it started, has not ended
   */
  async remove(run: RunRecord): Promise<boolean> {
    if (!isTerminal(RUN_TRANSITIONS, run.state)) throw new ConflictError(`run ${run.id} is ${run.state}`);
    // Whoever waits for it must know its end before there is nothing to know it by.
    await this.advancer.retire(run);
    for (;;) {
      const { items } = await this.runs.children(run.id, { limit: 1 });
      const [child] = items;
      if (!child) break;
      const record = await this.runs.load(child.childId);
      if (record && !(await this.remove(record))) return false;
      await this.runs.dropChild(run.id, child);
    }
    if (this.budget-- <= 0) return false;
    await this.runs.remove(run.id);
    return true;
  }
}
