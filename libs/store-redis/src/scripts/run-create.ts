import { streamedSteps } from '@agentainer/core';
import type { NewRun } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { CarriedOver } from '../carry-over.js';
import type { Keys } from '../keys.js';
import { writeParent } from '../parent-task.js';
import { Script } from '../script.js';

const script = new Script('run-create');

/**
 * Writes a run's record with all its steps pending, but for what was carried over. False where the run exists.
 * @throws {Error} where what was carried over has expired
 */
export async function createRun(
  redis: Redis,
  keys: Keys,
  run: NewRun,
  carried: CarriedOver = { fields: [], keys: [], suffix: '' },
): Promise<boolean> {
  const { definition } = run;
  const created = await script.run(
    redis,
    [keys.run(run.id), keys.runSteps(run.id), keys.runEvents(run.id), ...carried.keys],
    [
      run.id,
      run.workflowId ?? '',
      run.workflowVersion ?? '',
      JSON.stringify(definition),
      run.input,
      definition.config.timeout,
      run.rerun?.of ?? '',
      carried.suffix,
      JSON.stringify(run.limitKeys ?? []),
      run.parent ? writeParent(run.parent) : '',
      run.kin ?? '',
      run.rerun?.request ?? '',
      definition.steps.length,
      ...definition.steps.map((s) => s.name),
      ...carried.fields.flat(),
      ...streamedSteps(definition).flatMap((name) => [`${name}:streamed`, 1]),
    ],
  );
  if (created === -1) throw new Error(`what run ${run.id} takes over was not copied in time`);
  return created === 1;
}
