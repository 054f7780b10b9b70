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

/** What a reduce step cannot be at once, and what it cannot look at. */
export function reduceFaults(definition: Definition): Fault[] {
  return [...streamFaults(definition), ...treeFaults(definition)];
}

function treeFaults({ steps }: Definition): Fault[] {
  return steps.flatMap((step, i) => {
    if (step.type !== 'reduce') return [];
    const faults: Fault[] = [];
    if (step.fan_in !== undefined && step.stream) {
      const message = 'must not be given together with stream: a tree begins when its map has ended';
      faults.push({ path: `steps[${i}].fan_in`, message });
    }
    if (step.max_parallel !== undefined && step.fan_in === undefined) {
      const message = 'has no meaning without fan_in: the step has one task';
      faults.push({ path: `steps[${i}].max_parallel`, message });
    }
    return faults;
  });
}

function streamFaults(definition: Definition): Fault[] {
  return definition.steps.flatMap((step, i) => {
    if (!readsAlong(step)) return [];
    const over = reducedStep(definition, step);
    const faults: Fault[] = [];
    if (definition.steps.some(({ name, type }) => name === over && type === 'workflow')) {
      const message = `must not be given over "${over}", for its runs may need the agent that this step holds`;
      faults.push({ path: `steps[${i}].stream`, message });
    }
    const looksAt = step.when === undefined ? [] : new Condition(step.when).references.results;
    if (looksAt.some((result) => result.step === over)) {
      const message = `looks at the result of "${over}", which is not there yet when a step with "stream" begins`;
      faults.push({ path: `steps[${i}].when`, message });
    }
    return faults;
  });
}
