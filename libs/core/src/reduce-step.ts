import { Condition } from './condition.js';
import type { Definition, ReduceStep, Step } from './definition.js';
import type { Fault } from './errors.js';
import { isMap } from './step-kinds.js';

/** The map step whose results a reduce step gets: the one it names, or else its only map dependency. */
export function reducedStep({ steps }: Pick<Definition, 'steps'>, step: ReduceStep): string | undefined {
  if (step.over) return step.over;
  const all = new Set(steps.filter(isMap).map(({ name }) => name));
  const maps = new Set(step.depends_on.filter((d) => all.has(d)));
  return maps.size === 1 ? [...maps][0] : undefined;
}

/** Whether a step holds its agent until another one has ended, whose results it takes up as they come. */
export function readsAlong(step: Step): step is ReduceStep & { stream: true } {
  return step.type === 'reduce' && step.stream;
}

/** Whether a step takes up the results of that map step while the map goes on. */
export function streams(definition: Pick<Definition, 'steps'>, step: Step, map: string): step is ReduceStep {
  return readsAlong(step) && reducedStep(definition, step) === map;
}

/** The map steps whose results another step takes up while they go on. */
export function streamedSteps(definition: Pick<Definition, 'steps'>): string[] {
  const maps = definition.steps.flatMap((step) => (readsAlong(step) ? [reducedStep(definition, step)!] : []));
  return [...new Set(maps)];
}

/** Faults of reduce steps that go on beside their map. */
export function reduceFaults(definition: Definition): Fault[] {
  return definition.steps.flatMap((step, i) => {
    if (!readsAlong(step) || step.when === undefined) return [];
    const over = reducedStep(definition, step);
    const looksAtMap = new Condition(step.when).references.results.some((result) => result.step === over);
    const message = `looks at the result of "${over}", which is not there yet when a step with "stream" begins`;
    return looksAtMap ? [{ path: `steps[${i}].when`, message }] : [];
  });
}
