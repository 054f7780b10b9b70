import { isTerminal, STEP_TRANSITIONS } from '@agentainer/core';
import type { RunStore } from './ports.js';
import type { RunAdvancer } from './run-advancer.js';

/** Waits looked at in one turn; the others follow in the next. */
const AT_ONCE = 500;
/** Milliseconds after which the entry of a wait that never began is dropped. */
const NEVER_BEGAN_MS = 60_000;
/** Milliseconds until a wait is looked at again that its run does not let end, for it is paused. */
const LATER_MS = 1_000;

/** Wakes the runs whose waits are over. One process at a time should do it, though two do no harm. */
export class DueWaits {
  constructor(
    private readonly runs: RunStore,
    private readonly advancer: RunAdvancer,
  ) {}

  async ring(signal?: AbortSignal): Promise<void> {
    const { now, waits } = await this.runs.waits.dueWaits(AT_ONCE);
    for (const { runId, step, dueAt } of waits) {
      if (signal?.aborted) return;
      const run = await this.advancer.advance(runId);
      const state = (await this.runs.stepState(runId, step)) ?? 'skipped';
      const over = !run || isTerminal(STEP_TRANSITIONS, state);
      const neverBegan = state === 'pending' && now - dueAt > NEVER_BEGAN_MS;
      await this.runs.waits.rescheduleWait(runId, step, over || neverBegan ? undefined : now + LATER_MS);
    }
  }
}
