import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('step-generation');

/** Counts up the generation of a step's lanes, unless somebody already did since `from`; the present one. */
export async function nextGeneration(redis: Redis, keys: Keys, runId: string, step: string, from: number) {
  return (await script.run(redis, [keys.runSteps(runId)], [step, from])) as number;
}
