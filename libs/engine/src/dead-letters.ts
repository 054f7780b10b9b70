import type { RunStore } from './ports.js';
import type { RunRecord } from './records.js';
import { failuresOf } from './step-success.js';

/**
 * Whether a run that ends so may have tasks that failed for good. A run that does not complete may have got one
 * since it was read, so it counts; looking there for nothing does no harm.
 */
function mayHaveDeadLetters(run: RunRecord): boolean {
  return run.state !== 'completed' || run.steps.some((step) => failuresOf(step) > 0);
}

/**
 * Takes a run that has ended off the list of active ones, its dead letters noted first: where a crash comes between,
 * the sweeper does both again.
 */
export async function retireRun(
  runs: Pick<RunStore, 'retire' | 'keepDeadLetters'>,
  run: RunRecord,
): Promise<void> {
  if (mayHaveDeadLetters(run)) await runs.keepDeadLetters(run.id);
  await runs.retire(run.id);
}
