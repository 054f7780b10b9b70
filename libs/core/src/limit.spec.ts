import { definitionSchema } from './definition.js';
import { LimitKey } from './limit-key.js';

const faults = (limits: unknown) =>
  definitionSchema
    .safeParse({ name: 'w', config: { limits }, steps: [{ name: 'a', image: 'x' }] })
    .error?.issues.map(({ path, message }) => `${path.slice(2).join('.')} ${message}`);

it('takes one limit for the workflow and one for each key', () => {
  const limits = [{ max_parallel: 10 }, { key: 'input.customer', max_parallel: 2 }];
  expect(faults(limits)).toBeUndefined();
  expect(faults([...limits, { max_parallel: 3 }])).toEqual(['2.key limits[0] has no key either']);
  expect(faults([...limits, limits[1]])).toEqual(['2.key is that of limits[1]']);
});

it('takes a rate beside the bound, or in its place', () => {
  expect(faults([{ max_parallel: 1, rate: { count: 100, per: '1m', burst: 5 } }])).toBeUndefined();
  expect(faults([{ rate: { count: 100, per: 60 } }])).toBeUndefined();
  expect(faults([{ rate: { count: 0, per: '10ms', burst: 1.5 } }])).toEqual([
    '0.rate.count Too small: expected number to be >=1',
    '0.rate.per must be at least 1s',
    '0.rate.burst Invalid input: expected int, received number',
  ]);
});

it('tells all faults of limits', () => {
  expect(
    faults([
      { max_parallel: 0 },
      { key: '1 +', max_parallel: 1 },
      { key: 'state.x', max_parallel: 1 },
      { key: '"all"', max_parallel: 1 },
      { key: 'size(input) > 1 ? [1] : [2]', max_parallel: 1 },
      { key: 'input.a', max_parallel: 1, keys: 1 },
      { key: 'input.b' },
    ]),
  ).toEqual([
    '0.max_parallel Too small: expected number to be >=1',
    expect.stringMatching(/^1.key is not a key: .*Unexpected token/),
    '2.key is not a key: may look at the input only',
    '3.key is not a key: does not look at the input',
    expect.stringMatching(/^4.key is not a key: is of the type list/),
    '5 Unrecognized key: "keys"',
    '6 must have max_parallel, a rate, or both',
  ]);
});

it.each([
  ['input.customer', { customer: 'c1' }, { value: 'c1' }],
  ['input.n', { n: 3 }, { value: '3' }],
  ['size(input.list)', { list: [1, 2] }, { value: '2' }],
  ['has(input.c) ? input.c : "none"', {}, { value: 'none' }],
  ['input.a + "/" + input.b', { a: 'x', b: 'y' }, { value: 'x/y' }],
  ['input.paid', { paid: true }, { value: 'true' }],
  ['input.customer', {}, { fault: 'No such key: customer' }],
  ['input.customer', { customer: null }, { fault: 'it is neither a text nor a number, nor true or false' }],
  ['input.customer', { customer: 'x'.repeat(257) }, { fault: 'it has more than 256 characters' }],
])('%s of %j', (key, input, outcome) => expect(new LimitKey(key).evaluate(input)).toEqual(outcome));
