import { RUN_TRANSITIONS, sourcesOf, STEP_TRANSITIONS } from '@agentainer/core';
import type { RunChange } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import { allowed } from '../guards.js';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('run-apply');

/** Applies the changes whose guards hold. The run's revisions before and after differ by how many did. */
export async function applyChanges(redis: Redis, keys: Keys, runId: string, changes: RunChange[]) {
  const [before, after] = (await script.run(
    redis,
    [keys.run(runId), keys.runSteps(runId), keys.runEvents(runId)],
    changes.flatMap(changeArguments),
  )) as [number, number];
  return { before, after };
}

function changeArguments(change: RunChange): (string | number)[] {
  switch (change.kind) {
    case 'open':
      return ['open', change.step, 'ready', allowed(sourcesOf(STEP_TRANSITIONS, 'ready')), change.total, ''];
    case 'close':
      return [
        'close',
        change.step,
        change.to,
        allowed(sourcesOf(STEP_TRANSITIONS, change.to)),
        0,
        change.error ? JSON.stringify(change.error) : '',
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
