import { type Definition, poolOf, type Step } from '@agentainer/core';
import type { StepLanes } from './ports.js';
import type { StepRecord } from './records.js';

/**
 * The lanes that work through a step. Each holds one agent, so more of them than tasks, than the step may run
 * at once or than its pool has agents would only wait.
 */
export function lanesOf(
  definition: Definition,
  record: Pick<StepRecord, 'name' | 'total' | 'generation'>,
): StepLanes {
  const step = stepNamed(definition, record.name);
  const pool = poolOf(step);
  const parallel = step.type === 'map' ? (step.max_parallel ?? Infinity) : 1;
  return {
    step: record.name,
    poolId: pool.id,
    lanes: Math.min(record.total, parallel, definition.config.max_parallel, pool.config.max_size),
    generation: record.generation,
  };
}

/** @throws {Error} where the definition has no such step: records and definitions never disagree on that. */
export function stepNamed(definition: Definition, name: string): Step {
  const step = definition.steps.find((s) => s.name === name);
  if (!step) throw new Error(`the definition has no step ${name}`);
  return step;
}
