import { dependenciesOf, readsAlong, streams } from '@agentainer/core';
import { joined, type Standing } from './join.js';
import type { RunChange } from './ports.js';
import { isOpen } from './step-ending.js';

type Close = Extract<RunChange, { kind: 'close' }>;

/**
 * What steps that take up results as they come make of one another's ends: a map is over when all that nobody but them
 * waits for have what they need, and one of them ends with a map that ended so that it would not run after it.
 */
export function streamedEndings(standing: Standing): Close[] {
  return [...stoppedMaps(standing), ...strandedReducers(standing)];
}

function stoppedMaps({ definition, states, records }: Standing): Close[] {
  return definition.steps.flatMap(({ name }): Close[] => {
    const record = records.get(name)!;
    if (!record.streamed || !isOpen({ state: states.get(name)! })) return [];
    const after = definition.steps.filter((step) => dependenciesOf(step).includes(name));
    const areServed = after.every((s) => streams(definition, s, name) && states.get(s.name) === 'completed');
    return areServed ? [{ kind: 'close', step: name, to: 'completed', tasks: 'cancelled' }] : [];
  });
}

function strandedReducers(standing: Standing): Close[] {
  const { definition, states } = standing;
  return definition.steps.flatMap((step): Close[] => {
    if (!readsAlong(step) || !isOpen({ state: states.get(step.name)! })) return [];
    const isStranded = joined(step, standing) === 'skipped';
    return isStranded ? [{ kind: 'close', step: step.name, to: 'cancelled' }] : [];
  });
}
