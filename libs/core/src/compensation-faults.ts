import type { Definition, Step } from './definition.js';
import type { Fault } from './errors.js';
import { compensatedBy, dependenciesOf } from './step-dependencies.js';

/** Faults of compensating steps: each stands behind the one step that it compensates, and no step stands behind it. */
export function compensationFaults({ steps }: Definition): Fault[] {
  const compensating = new Set(steps.filter((step) => compensatedBy(step) !== undefined).map((s) => s.name));
  const compensated = new Set<string>();
  return steps.flatMap((step, i) => {
    const target = compensatedBy(step);
    const waitsForOne = dependenciesOf(step).filter((name) => name !== target && compensating.has(name));
    const faults: Fault[] = waitsForOne.map((name) => ({
      path: 'depends_on',
      message: `"${name}" runs only when the run is compensated: no step can wait for it`,
    }));
    if (target !== undefined) {
      faults.push(...placeFaults(step));
      const message = targetFault(target, steps, compensating, compensated);
      if (message) faults.push({ path: 'compensates', message });
      compensated.add(target);
    }
    return faults.map(({ path, message }) => ({ path: `steps[${i}].${path}`, message }));
  });
}

function placeFaults({ depends_on, join }: Step): Fault[] {
  return [
    ...(depends_on.length > 0
      ? [{ path: 'depends_on', message: 'must be empty: a compensating step waits for no other one' }]
      : []),
    ...(join === 'all' ? [] : [{ path: 'join', message: 'has no meaning for a compensating step' }]),
  ];
}

function targetFault(
  target: string,
  steps: readonly Step[],
  compensating: ReadonlySet<string>,
  compensated: ReadonlySet<string>,
): string | undefined {
  const step = steps.find(({ name }) => name === target);
  if (!step) return `"${target}" is not a step`;
  if (step.type === 'wait') return `"${target}" only waits: there is nothing to compensate`;
  if (compensating.has(target)) return `"${target}" is itself a compensating step`;
  return compensated.has(target) ? `"${target}" is compensated by another step already` : undefined;
}
