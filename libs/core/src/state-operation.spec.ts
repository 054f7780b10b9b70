import { parse } from './parse.js';
import { type StateOperation, stateOperationSchema } from './state-operation.js';

it('counts by one unless told otherwise', () => {
  const operation: StateOperation = parse(stateOperationSchema, { op: 'increment', key: 'n' });
  expect(operation).toEqual({ op: 'increment', key: 'n', by: 1 });
});

it.each(['a', '_', '0', 'a.b-c_D', 'x'.repeat(128)])('takes the key %j', (key) => {
  expect(stateOperationSchema.safeParse({ op: 'get', key }).success).toBe(true);
});

it.each(['', '.a', '-a', '#bytes', 'a b', 'a:b', 'a|b', 'a\n', 'ä', 'x'.repeat(129), 5, null])(
  'refuses the key %j',
  (key) => {
    expect(stateOperationSchema.safeParse({ op: 'get', key }).success).toBe(false);
  },
);

it.each([
  { op: 'set', key: 'a' },
  { op: 'set', key: 'a', value: undefined },
  { op: 'set', key: 'a', value: 1, by: 1 },
  { op: 'increment', key: 'a', by: JSON.parse('1e999') as number },
  { op: 'increment', key: 'a', by: NaN },
  { op: 'compareAndSwap', key: 'a', value: 1 },
  { op: 'flushall', key: 'a' },
  {},
  null,
])('refuses %j', (operation) => {
  expect(stateOperationSchema.safeParse(operation).success).toBe(false);
});
