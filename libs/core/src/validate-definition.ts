import { compensationFaults } from './compensation-faults.js';
import { conditionFaults } from './condition-faults.js';
import { type Definition, definitionSchema } from './definition.js';
import { type Fault, InvalidInputError } from './errors.js';
import { parse } from './parse.js';
import { policyFaults } from './policy-faults.js';
import { reducedStep, reduceFaults } from './reduce-step.js';
import { dependenciesOf, namedSources } from './step-dependencies.js';
import { isMap } from './step-kinds.js';

/**
 * A definition ready to run: shape, names and graph are right, defaults are filled in.
 * @throws {InvalidInputError} with all faults at once, each with its place. The faults of the graph are
 * looked for only once the shape is right.
 */
export function validateDefinition(input: unknown): Definition {
  const definition = parse(definitionSchema, input);
  const faults = [
    ...namingFaults(definition),
    ...referenceFaults(definition),
    ...cycleFaults(definition),
    ...compensationFaults(definition),
    ...policyFaults(definition),
    ...conditionFaults(definition),
    ...reduceFaults(definition),
  ];
  if (faults.length > 0) throw new InvalidInputError(faults);
  return definition;
}

function namingFaults({ steps }: Definition): Fault[] {
  return steps.flatMap((step, i) => {
    const first = steps.findIndex((s) => s.name === step.name);
    return first < i
      ? [{ path: `steps[${i}].name`, message: `"${step.name}" is already the name of steps[${first}]` }]
      : [];
  });
}

function referenceFaults(definition: Definition): Fault[] {
  const byName = new Map(definition.steps.map((s) => [s.name, s]));
  return definition.steps.flatMap((step, i) => {
    const at = `steps[${i}]`;
    const faults: Fault[] = [];
    const check = (path: string, name: string) => {
      if (!byName.has(name)) faults.push({ path: `${at}.${path}`, message: `"${name}" is not a step` });
    };
    step.depends_on.forEach((name, d) => check(`depends_on[${d}]`, name));
    for (const { field, step: name } of namedSources(step)) check(`${field}.step`, name);
    if (step.type === 'reduce') {
      const over = reducedStep(definition, step);
      const reduced = over === undefined ? undefined : byName.get(over);
      if (over === undefined) {
        faults.push({ path: `${at}.over`, message: 'must name the map step whose results are reduced' });
      } else if (!reduced || !isMap(reduced)) {
        faults.push({ path: `${at}.over`, message: `"${over}" is not a map step` });
      }
    }
    return faults;
  });
}

/** One fault for each step that waits for itself, found by taking away steps that can run (Kahn's algorithm). */
function cycleFaults({ steps }: Definition): Fault[] {
  const known = new Set(steps.map((s) => s.name));
  const waitsFor = new Map(steps.map((s) => [s.name, dependenciesOf(s).filter((d) => known.has(d))]));
  const done = new Set<string>();
  for (let before = -1; before < done.size;) {
    before = done.size;
    for (const [name, deps] of waitsFor) if (deps.every((d) => done.has(d))) done.add(name);
  }
  return steps.flatMap((step, i) => {
    const cycle = done.has(step.name) ? undefined : findCycle(step.name, waitsFor);
    return cycle
      ? [{ path: `steps[${i}].depends_on`, message: `is part of a cycle: ${cycle.join(' → ')}` }]
      : [];
  });
}

/** A shortest way from a step back to itself, or undefined. */
function findCycle(start: string, waitsFor: ReadonlyMap<string, string[]>): string[] | undefined {
  const seen = new Set<string>();
  let paths = [[start]];
  while (paths.length > 0) {
    const next: string[][] = [];
    for (const path of paths) {
      for (const dep of waitsFor.get(path.at(-1)!) ?? []) {
        if (dep === start) return [...path, dep];
        if (!seen.has(dep)) next.push([...path, dep]);
        seen.add(dep);
      }
    }
    paths = next;
  }
  return undefined;
}
