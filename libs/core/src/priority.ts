import { z } from 'zod';
import type { Definition } from './definition.js';

/** How urgent a run is: 1 is the most urgent. */
export const prioritySchema = z.int().min(1).max(9);
export const DEFAULT_PRIORITY = 5;
export const LEAST_URGENT = 9;

/** What one level is worth: who waits that much longer, in milliseconds, goes before who is one level more urgent. */
export const AGEING_MS = 10_000;

/** By how many milliseconds somebody counts as come later than it did, against those of the default priority. */
export function behindMs(priority: number): number {
  return (priority - DEFAULT_PRIORITY) * AGEING_MS;
}

/** The priority of a run, of which its own copy of the definition tells. */
export function priorityOf({ config }: Pick<Definition, 'config'>): number {
  return config.priority ?? DEFAULT_PRIORITY;
}

/** A run's own copy of the definition, with the priority that was asked for, where one was. */
export function withPriority(definition: Definition, priority: number | undefined): Definition {
  return priority === undefined ? definition : { ...definition, config: { ...definition.config, priority } };
}
