import { InvalidInputError } from './errors.js';
import { validateDefinition } from './validate-definition.js';

function faultsOf(...steps: object[]): string[] {
  try {
    validateDefinition({ name: 'w', steps });
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return error.faults.map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
}
const step = (name: string, more: object = {}) => ({ name, image: 'x', ...more });

it('lets a step of any kind with tasks be compensated by a sequential one', () => {
  const map = step('m', { type: 'map', items: [1] });
  const sum = step('sum', { type: 'reduce', over: 'm' });
  expect(
    faultsOf(
      step('a'),
      map,
      sum,
      step('undo-a', { compensates: 'a' }),
      step('undo-m', { compensates: 'm', when: 'size(results.m) > 0', input: { step: 'a' } }),
      step('undo-sum', { compensates: 'sum', input: { input: '/account' } }),
    ),
  ).toEqual([]);
});

it('tells every fault of a compensating step, each with its place', () => {
  expect(
    faultsOf(
      step('a'),
      { type: 'wait', name: 'nap', sleep: '1s' },
      step('undo', { compensates: 'a', depends_on: ['nap'], join: 'any' }),
      step('again', { compensates: 'a' }),
      step('undo-nap', { compensates: 'nap' }),
      step('undo-undo', { compensates: 'undo' }),
      step('undo-what', { compensates: 'what' }),
      step('after', { depends_on: ['undo'] }),
    ),
  ).toEqual([
    'steps[2].depends_on: must be empty: a compensating step waits for no other one',
    'steps[2].join: has no meaning for a compensating step',
    'steps[3].compensates: "a" is compensated by another step already',
    'steps[4].compensates: "nap" only waits: there is nothing to compensate',
    'steps[5].compensates: "undo" is itself a compensating step',
    'steps[6].compensates: "what" is not a step',
    'steps[7].depends_on: "undo" runs only when the run is compensated: no step can wait for it',
  ]);
});

it('does not know the field of other kinds of steps', () => {
  expect(faultsOf(step('a'), step('m', { type: 'map', items: [1], compensates: 'a' }))).toHaveLength(1);
});
