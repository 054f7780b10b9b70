import { exceedsTolerance, failureToleranceSchema } from './failure-tolerance.js';
import { InvalidInputError } from './errors.js';
import { validateDefinition } from './validate-definition.js';

it.each([
  [0, 0, 10, false],
  [0, 1, 10, true],
  [3, 3, 10, false],
  [3, 4, 10, true],
  ['20%', 2, 10, false],
  ['20%', 3, 10, true],
  ['20%', 2, 9, true],
  ['33.3%', 333, 1_000, false],
  ['33.3%', 334, 1_000, true],
  ['0%', 1, 10, true],
  ['100%', 10, 10, false],
] as const)('%s with %i failures of %i is exceeded: %s', (tolerance, failures, total, exceeded) =>
  expect(exceedsTolerance(tolerance, failures, total)).toBe(exceeded),
);

it.each([-1, 1.5, '20', '101%', '%', '1e1%', 100_001, true])('%p is no tolerance', (value) =>
  expect(failureToleranceSchema.safeParse(value).success).toBe(false),
);

it('is not taken beside continue_on_partial, which one of them would make meaningless', () => {
  const policies = { continue_on_partial: true, failure_tolerance: 1, on_failure: 'fail_fast' };
  const map = { type: 'map', name: 'm', image: 'x', items: [], ...policies };
  const faults = () => validateDefinition({ name: 'w', steps: [map] });
  expect(faults).toThrow(InvalidInputError);
  expect(faults).toThrow(/steps\[0\]\.failure_tolerance: .*steps\[0\]\.on_failure: /s);
});
