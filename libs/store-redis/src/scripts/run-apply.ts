import {
  isTerminal,
  RUN_TRANSITIONS,
  type RunState,
  sourcesOf,
  STEP_TRANSITIONS,
  type StepState,
} from '@agentainer/core';
import type { RunChange } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import { allowed } from '../guards.js';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('run-apply');
const runStates = Object.keys(RUN_TRANSITIONS) as RunState[];
const notEnded = allowed(runStates.filter((state) => !isTerminal(RUN_TRANSITIONS, state)));

/**
 * Applies the changes whose guards hold; the run's revision before, for each change whether it was applied, and for steps
 * that were opened how many of their tasks may run at once where that was changed.
 */
export async function applyChanges(
  redis: Redis,
  keys: Keys,
  runId: string,
  changes: RunChange[],
  ifRevision?: number,
) {
  const [revision, ...applied] = (await script.run(
    redis,
    [keys.run(runId), keys.runSteps(runId), keys.runEvents(runId)],
    [
      runId,
      keys.stops(),
      notEnded,
      ifRevision ?? '',
      ...changes.flatMap((change) => changeArguments(keys, runId, change)),
    ],
  )) as [number, ...(0 | 1 | [number])[]];
  const bounds = changes.flatMap((change, i): [string, number][] => {
    const answer = applied[i];
    return 'total' in change && Array.isArray(answer) ? [[change.step, answer[0]]] : [];
  });
  return { revision, applied: changes.map((_, i) => Boolean(applied[i])), maxParallel: new Map(bounds) };
}

function changeArguments(keys: Keys, runId: string, change: RunChange): (string | number)[] {
  switch (change.kind) {
    case 'open':
      return [
        'open',
        change.step,
        'ready',
        allowed(sourcesOf(STEP_TRANSITIONS, 'ready')),
        change.total,
        change.layout ? keys.stepLayout(runId, change.step, change.layout) : '',
      ];
    case 'extend':
      return extendArguments(change);
    case 'close':
      return [
        'close',
        change.step,
        change.to,
        allowed(sourcesOf(STEP_TRANSITIONS, change.to)),
        change.tasks ?? (change.to === 'timed_out' ? 'timed_out' : 'cancelled'),
        change.error ? JSON.stringify(change.error) : '',
      ];
    case 'become':
      return ['become', '', change.to, allowed(sourcesOf(RUN_TRANSITIONS, change.to)), 0, ''];
    case 'compensate':
      return [
        'compensate',
        '',
        change.to,
        allowed(sourcesOf(RUN_TRANSITIONS, change.to)),
        change.timeout,
        JSON.stringify(change.error),
      ];
    case 'finish':
      return [
        'finish',
        '',
        change.to,
        allowed(sourcesOf(RUN_TRANSITIONS, change.to)),
        0,
        change.error ? JSON.stringify(change.error) : '',
      ];
  }
}

function extendArguments(change: Extract<RunChange, { kind: 'extend' }>): (string | number)[] {
  const { step, from, generation, total } = change;
  const state: StepState = 'running';
  return ['extend', step, state, allowed([state]), total, `${from}|${generation}`];
}
