import { isTerminal, type Json, RUN_TRANSITIONS, type RunState } from '@agentainer/core';
import type { SignalAnswer } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import { allowed } from '../guards.js';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('signal-send');
const ENDED = allowed(
  (Object.keys(RUN_TRANSITIONS) as RunState[]).filter((s) => isTerminal(RUN_TRANSITIONS, s)),
);

/** Signals that a run keeps for steps that do not wait for them yet. */
export const MOST_SIGNALS = 1_000;

/** Keeps a signal for the step that waits for it, or will. */
export async function sendSignal(
  redis: Redis,
  keys: Keys,
  { runId, name }: { runId: string; name: string },
  data: Json,
): Promise<SignalAnswer> {
  return (await script.run(
    redis,
    [keys.run(runId), keys.runSteps(runId), keys.runEvents(runId), keys.runSignals(runId)],
    [name, JSON.stringify(data), MOST_SIGNALS, ENDED],
  )) as SignalAnswer;
}
