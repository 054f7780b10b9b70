import type { Step } from './definition.js';

/** The steps that must have ended before this one: those it names, and those that its data comes from. */
export function dependenciesOf(step: Step): string[] {
  return [...new Set([...step.depends_on, ...dataSourcesOf(step)])];
}

/** The steps whose results are this one's input or items. */
export function dataSourcesOf(step: Step): string[] {
  const source = step.type === 'sequential' ? step.input : step.type === 'map' ? step.items : undefined;
  if (source && 'step' in source) return [source.step];
  return step.type === 'reduce' && step.over ? [step.over] : [];
}
