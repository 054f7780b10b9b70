import type { InvalidInputError } from './errors.js';
import { poolsOf } from './pool-spec.js';
import { streamedSteps } from './reduce-step.js';
import { validateDefinition } from './validate-definition.js';

const map = { type: 'map', name: 'm', image: 'x', items: [1] };
const reduce = { type: 'reduce', name: 'r', image: 'x', depends_on: ['m'] };
const valid = (...steps: object[]) => validateDefinition({ name: 'w', steps });

it('names the maps whose results are taken up as they come', () => {
  const other = { ...map, name: 'other' };
  const definition = valid(map, other, { ...reduce, stream: true }, { ...reduce, name: 's', over: 'other' });
  expect(streamedSteps(definition)).toEqual(['m']);
});

it('gives a streaming reducer a pool that no map shares, whatever they have in common', () => {
  expect(poolsOf(valid(map, reduce))).toHaveLength(1);
  expect(poolsOf(valid(map, { ...reduce, stream: true }))).toHaveLength(2);
});

it('has a condition that looks at nothing which is not there yet', () => {
  const when = 'size(results.m) > 1';
  expect(() => valid(map, { ...reduce, when })).not.toThrow();
  let faults: unknown;
  try {
    valid(map, { ...reduce, stream: true, when });
  } catch (error) {
    faults = (error as InvalidInputError).faults;
  }
  expect(faults).toMatchObject([
    { path: 'steps[1].when', message: expect.stringContaining('stream') as string },
  ]);
});

it('holds no agent that runs of its map may need', () => {
  const runs = { type: 'workflow', name: 'm', workflow: 'wf_01jd0000000000000000000000', items: [1] };
  expect(() => valid(runs, reduce)).not.toThrow();
  expect(() => valid(runs, { ...reduce, stream: true })).toThrow();
});

it('is a tree or goes along, and has many tasks only as a tree', () => {
  expect(() => valid(map, { ...reduce, fan_in: 2, max_parallel: 3 })).not.toThrow();
  expect(faultsOf({ ...reduce, fan_in: 2, stream: true })).toEqual(['steps[1].fan_in']);
  expect(faultsOf({ ...reduce, max_parallel: 3 })).toEqual(['steps[1].max_parallel']);
  expect(faultsOf({ ...reduce, fan_in: 1 })).toEqual(['steps[1].fan_in']);
});

function faultsOf(step: object): string[] {
  try {
    valid(map, step);
    return [];
  } catch (error) {
    return (error as InvalidInputError).faults.map(({ path }) => path);
  }
}
