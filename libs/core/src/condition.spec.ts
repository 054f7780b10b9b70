import { Condition, CONDITION_LIMITS, type ConditionValues } from './condition.js';
import { definitionSchema } from './definition.js';
import type { InvalidInputError } from './errors.js';
import { validateDefinition } from './validate-definition.js';

const VALUES: ConditionValues = {
  input: { n: 3, list: [1, 2, 3], text: 'abc', nothing: null },
  state: { 'a.b': 2, seen: ['x'] },
  results: { check: { ok: true }, 'two-parts': [{ x: 1 }] },
};
const holds = (text: string) => new Condition(text).evaluate(VALUES);

it.each([
  'input.n == 3',
  'input.n + 1 == 4 && 7 - input.n > 3.5',
  'size(input.list) == 3 && input.list[input.n - 1] == 3',
  'input.list.exists(x, x > 2) && !input.list.all(x, x > 2)',
  '!has(input.none) && input.nothing == null',
  'state["a.b"] == 2 && "x" in state.seen',
  'results.check.ok',
  'results["two-parts"][0].x == 1',
  'input.text.startsWith("a") ? true : false',
])('%s holds', (text) => expect(holds(text)).toEqual({ holds: true }));

it.each([
  ['input.none == 1', /No such key: none/],
  ['input.n', /neither true nor false/],
  ['input.text + 1 == 2', /no such overload/],
  ['input.constructor == null', /No such key: constructor/],
  ['input.list[7] == 1', /index/i],
])('%s tells what is wrong', (text, fault) => {
  expect(holds(text)).toEqual({ fault: expect.stringMatching(fault) as string });
});

it.each([
  ['1 +', /Unexpected token/],
  ['process.exit()', /process/],
  ['1 + 1', /of the type int/],
  ['input.text.matches("(a+)+$")', /no method matches/],
  ['cel.bind(x, input, x == 1)', /cel|bind/],
  ['state == results', /must name a key/],
  ['state[input.text] == 1', /must name a key/],
  ['input.list.all(x, input.list.all(y, y == x))', /inside of another/],
  ['input.list.all(state, state == 1)', /variable of its own/],
  ['timestamp("2026-01-01T00:00:00Z") == input.t', /no function timestamp/],
])('%s is refused at creation', (text, fault) => expect(() => new Condition(text)).toThrow(fault));

it('knows what it looks at', () => {
  const text = 'input.a["b"][input.i].c == state.k && has(results.s.x.y) && results.t == input';
  expect(new Condition(text).references).toEqual({
    input: [['a', 'b'], ['i'], []],
    state: ['k'],
    results: [
      { step: 's', path: ['x', 'y'] },
      { step: 't', path: [] },
    ],
  });
});

it('is bounded in its values and in its time', () => {
  const large = { ...VALUES, input: 'x'.repeat(CONDITION_LIMITS.values) };
  expect(new Condition('input == ""').evaluate(large)).toEqual({
    fault: expect.stringContaining('more than 65536') as string,
  });
  const list = Array.from({ length: 20_000 }, (_, i) => i % 10);
  const slow = Array(20).fill('99 in input').join(' || ');
  const began = performance.now();
  expect(new Condition(`input.exists(x, ${slow})`).evaluate({ ...VALUES, input: list })).toEqual({
    fault: `it took longer than ${CONDITION_LIMITS.time} ms`,
  });
  expect(performance.now() - began).toBeLessThan(10 * CONDITION_LIMITS.time);
});

it('has its place in a definition checked: shape first, then what it names', () => {
  const step = (name: string, more: object = {}) => ({ name, image: 'x', ...more });
  const bad = definitionSchema.safeParse({ name: 'w', steps: [step('a'), step('b', { when: '1 +' })] });
  expect(bad.error?.issues).toMatchObject([{ path: ['steps', 1, 'when'] }]);
  const steps = [
    step('a'),
    step('b', { depends_on: ['a'], when: 'results.a.ok && results.c' }),
    step('c', { depends_on: ['b'], when: 'results.a && results.none && state["!"]' }),
  ];
  try {
    validateDefinition({ name: 'w', steps });
    throw new Error('was accepted');
  } catch (error) {
    expect((error as InvalidInputError).faults.map((f) => `${f.path} ${f.message}`)).toEqual([
      'steps[1].when looks at the result of "c", which is not a step that this one waits for',
      'steps[2].when looks at the result of "none", which is not a step that this one waits for',
      'steps[2].when looks at "!", which is not a key of the state',
    ]);
  }
});
