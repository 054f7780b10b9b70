import type { Step } from './definition.js';
import { isMap } from './step-kinds.js';

/** The steps that must have ended before this one: those it names, what it compensates, and those that its data comes from. */
export function dependenciesOf(step: Step): string[] {
  const compensated = compensatedBy(step);
  return [...new Set([...step.depends_on, ...(compensated ? [compensated] : []), ...dataSourcesOf(step)])];
}

/** The step whose effects this one undoes when the run does not complete; undefined of a step that is part of the run's way. */
export function compensatedBy(step: Step): string | undefined {
  return step.type === 'sequential' ? step.compensates : undefined;
}

/** The steps whose results are this one's input or items. */
export function dataSourcesOf(step: Step): string[] {
  if (step.type === 'reduce') return step.over ? [step.over] : [];
  return namedSources(step).map(({ step: name }) => name);
}

/** Where a step's data comes from other steps: the field that says so, and the step. */
export function namedSources(step: Step): { field: string; step: string }[] {
  const sources = {
    input: 'input' in step && step.input,
    items: isMap(step) && step.items,
    definition: step.type === 'workflow' && step.definition,
  };
  return Object.entries(sources).flatMap(([field, source]) =>
    source && 'step' in source ? [{ field, step: source.step }] : [],
  );
}
