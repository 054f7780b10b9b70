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
