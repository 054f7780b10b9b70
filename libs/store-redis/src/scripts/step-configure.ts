import { isTerminal, RUN_TRANSITIONS, STEP_TRANSITIONS, type TransitionTable } from '@agentainer/core';
import type { StepSettings } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import { allowed } from '../guards.js';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('step-configure');
const openRuns = allowed(open(RUN_TRANSITIONS));
const openSteps = allowed(open(STEP_TRANSITIONS));

/** Changes those settings of a step that are given, unless it has ended or does not exist. */
export async function configureStep(
  redis: Redis,
  keys: Keys,
  runId: string,
  step: string,
  settings: StepSettings,
): Promise<'ok' | 'unknown' | 'ended'> {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  const answer = await script.run(
    redis,
    [keys.run(runId), keys.runSteps(runId), keys.runEvents(runId)],
    [step, openRuns, openSteps, ...given.flatMap(([name, value]) => [name, String(value)])],
  );
  return answer as 'ok' | 'unknown' | 'ended';
}

function open<S extends string>(table: TransitionTable<S>): S[] {
  return (Object.keys(table) as S[]).filter((state) => !isTerminal(table, state));
}
