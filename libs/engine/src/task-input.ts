import { type Definition, dependenciesOf, isMap, reducedStep, type TaskStep } from '@agentainer/core';
import type { JsonText, RunValues } from './values.js';

/**
 * What a task of a step gets: its item, the outcomes that it reduces, what its `input` names, or what the steps before it
 * resulted in, which is the run's input where there are none.
 * @throws {InvalidInputError} where `input` names nothing
 */
export async function inputOf(
  values: RunValues,
  definition: Definition,
  step: TaskStep,
  item: string | undefined,
): Promise<JsonText> {
  if (isMap(step)) return item ?? 'null';
  if (step.type === 'reduce') return values.outcomesOf(reducedStep(definition, step)!);
  if (step.input) return JSON.stringify(await values.resolve(step.input));
  const dependencies = dependenciesOf(step);
  if (dependencies.length === 0) return values.input();
  return dependencies.length === 1 ? values.ofStep(dependencies[0]!) : values.ofSteps(dependencies);
}
