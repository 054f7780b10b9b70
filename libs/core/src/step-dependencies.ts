import type { Step } from './definition.js';

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
  const source = step.type === 'sequential' ? step.input : step.type === 'map' ? step.items : undefined;
  if (source && 'step' in source) return [source.step];
  return step.type === 'reduce' && step.over ? [step.over] : [];
}
