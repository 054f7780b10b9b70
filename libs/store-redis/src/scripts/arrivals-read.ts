import { isTerminal, STEP_TRANSITIONS, type StepState } from '@agentainer/core';
import type { Arrivals, StoredOutcome } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { readOutcome } from '../run-record.js';
import { Script } from '../script.js';

const script = new Script('arrivals-read');

type Answer = [StepState | '', StepState | '', number, number, ...(number | string | null)[]];

/** One consistent look at what came of a step's tasks, from the place `from` on. */
export async function readArrivals(
  redis: Redis,
  keys: Keys,
  { runId, step, reader }: { runId: string; step: string; reader: string },
  from: number,
  count: number,
): Promise<Arrivals> {
  const [state, readerState, isKept, length, ...pairs] = (await script.run(
    redis,
    [keys.runSteps(runId), keys.stepOutcomes(runId, step), keys.stepArrivals(runId, step)],
    [step, reader, from, count],
  )) as Answer;
  const outcomes: { index: number; outcome: StoredOutcome | undefined }[] = [];
  for (let i = 0; i < pairs.length; i += 2)
    outcomes.push({ index: pairs[i] as number, outcome: readOutcome(pairs[i + 1] as string | null) });
  return {
    outcomes,
    areKept: isKept === 1,
    areAll: hasEnded(state) && from + outcomes.length >= length,
    areWanted: !hasEnded(readerState),
  };
}

/** What is not there has ended, too: its run was deleted. */
function hasEnded(state: StepState | ''): boolean {
  return state === '' || isTerminal(STEP_TRANSITIONS, state);
}
