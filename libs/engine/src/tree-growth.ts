import { type Definition, reducedStep, ReduceTree, type Step } from '@agentainer/core';
import type { RunChange } from './ports.js';
import type { StepRecord } from './records.js';
import { hasEnded } from './step-ending.js';

/** The tree of a reduce step that has one; undefined for others. Its map must have ended: before, its tasks may not be known. */
export function treeOf(
  definition: Definition,
  step: Step,
  records: readonly Pick<StepRecord, 'name' | 'total'>[],
): ReduceTree | undefined {
  if (step.type !== 'reduce' || step.fan_in === undefined) return undefined;
  const over = reducedStep(definition, step);
  return new ReduceTree(records.find(({ name }) => name === over)?.total ?? 0, step.fan_in);
}

/** The next level of a reduce step's tree, where all tasks of the one before it have completed. */
export function growthOf(
  definition: Definition,
  step: Step,
  record: StepRecord,
  records: readonly StepRecord[],
): Extract<RunChange, { kind: 'extend' }> | undefined {
  const { name, total, generation, counts } = record;
  if (!hasEnded(record) || counts.completed < total) return undefined;
  const next = treeOf(definition, step, records)?.withNextLevel(total);
  return next === undefined
    ? undefined
    : { kind: 'extend', step: name, from: total, generation, total: next };
}
