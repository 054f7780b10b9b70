import { STEP_TRANSITIONS, transition } from '@agentainer/core';
import type { WaitEnd } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import { allowed } from '../guards.js';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('wait-end');

/** Ends the wait of a step. False where the step does not wait, or its signal has ended another wait. */
export async function endWait(
  redis: Redis,
  keys: Keys,
  address: { runId: string; step: string },
  end: WaitEnd,
): Promise<boolean> {
  const { runId, step } = address;
  transition(STEP_TRANSITIONS, 'step', step, 'waiting', end.to);
  const ended = await script.run(
    redis,
    [
      keys.run(runId),
      keys.runSteps(runId),
      keys.runEvents(runId),
      keys.stepOutcomes(runId, step),
      keys.runSignals(runId),
    ],
    [step, end.to, allowed(['waiting']), ...outcomeArguments(end)],
  );
  return ended === 1;
}

function outcomeArguments(end: WaitEnd): (string | number)[] {
  if ('signal' in end) return ['', '', end.signal.name, end.signal.number];
  if ('result' in end) return [`r${JSON.stringify(end.result)}`, '', '', 0];
  if (!('error' in end)) return ['', '', '', 0];
  const error = JSON.stringify(end.error);
  return [`e${error}`, error, '', 0];
}
