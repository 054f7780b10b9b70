import type { NewRun } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('run-create');

/** Writes a run's record with all its steps pending. False where the run exists. */
export async function createRun(redis: Redis, keys: Keys, run: NewRun): Promise<boolean> {
  const { definition } = run;
  const created = await script.run(
    redis,
    [keys.run(run.id), keys.runSteps(run.id), keys.runEvents(run.id)],
    [
      run.id,
      run.workflowId ?? '',
      run.workflowVersion ?? '',
      JSON.stringify(definition),
      run.input,
      definition.config.timeout,
      ...definition.steps.map((s) => s.name),
    ],
  );
  return created === 1;
}
