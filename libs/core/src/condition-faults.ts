import { Condition } from './condition.js';
import type { Definition } from './definition.js';
import type { Fault } from './errors.js';
import { stateKeySchema } from './state-operation.js';
import { dependenciesOf } from './step-dependencies.js';

/** Faults of what conditions name: results of steps that need not have ended by then, and what is no key. */
export function conditionFaults({ steps }: Definition): Fault[] {
  const waitsFor = new Map(steps.map((step) => [step.name, dependenciesOf(step)]));
  return steps.flatMap((step, i) => {
    if (step.when === undefined) return [];
    const { results, state } = new Condition(step.when).references;
    const before = allBefore(step.name, waitsFor);
    const unknown = new Set(results.map((r) => r.step).filter((name) => !before.has(name)));
    const path = `steps[${i}].when`;
    return [
      ...[...unknown].map((name) => ({
        path,
        message: `looks at the result of "${name}", which is not a step that this one waits for`,
      })),
      ...state
        .filter((key) => !stateKeySchema.safeParse(key).success)
        .map((key) => ({ path, message: `looks at "${key}", which is not a key of the state` })),
    ];
  });
}

/** The steps that a step waits for, and those that they wait for. */
function allBefore(name: string, waitsFor: ReadonlyMap<string, string[]>): Set<string> {
  const found = new Set(waitsFor.get(name));
  for (const step of found) for (const dependency of waitsFor.get(step) ?? []) found.add(dependency);
  return found;
}
