import type { InvalidInputError } from './errors.js';
import { dependenciesOf } from './step-dependencies.js';
import { hasTasks, isMap, needsAgents } from './step-kinds.js';
import { validateDefinition } from './validate-definition.js';

const WORKFLOW = 'wf_01jd0000000000000000000000';
const child = (more: object = {}) => ({ type: 'workflow' as const, name: 'c', workflow: WORKFLOW, ...more });
const stepsOf = (...steps: object[]) => validateDefinition({ name: 'w', steps }).steps;

function faultsOf(...steps: object[]) {
  try {
    stepsOf(...steps);
  } catch (error) {
    return (error as InvalidInputError).faults;
  }
  throw new Error('was not refused');
}

it('is a step with tasks that needs no agent, tried once unless it says more', () => {
  const [step] = stepsOf(child());
  expect(step).toMatchObject({ workflow: WORKFLOW, retry: { max_attempts: 1 } });
  expect([hasTasks(step!), needsAgents(step!), isMap(step!)]).toEqual([true, false, false]);
  expect(stepsOf(child({ retry: { delay: '2s' } }))).toMatchObject([
    { retry: { max_attempts: 3, delay: 2_000 } },
  ]);
});

it('is a map where it has items, which a reduce step may take up', () => {
  const [step, reduce] = stepsOf(
    child({ items: [1], failure_tolerance: '20%', on_failure: 'fail_fast', max_parallel: 2 }),
    { type: 'reduce', name: 'r', image: 'x', depends_on: ['c'] },
  );
  expect(isMap(step!)).toBe(true);
  expect(dependenciesOf(reduce!)).toEqual(['c']);
});

it.each([
  [{ input: { step: 'a' } }, ['a']],
  [{ items: { step: 'a', pointer: '/list' } }, ['a']],
  [{ items: { input: '/list' } }, []],
  [{ workflow: undefined, definition: { step: 'a' } }, ['a']],
])('waits for the step that its data comes from: %j', (more, expected) => {
  const [, step] = stepsOf({ name: 'a', image: 'x' }, child(more));
  expect(dependenciesOf(step!)).toEqual(expected);
});

it.each([
  [{ workflow: 'bill' }, 'steps[0].workflow'],
  [{ workflow: undefined }, 'steps[0].workflow'],
  [{ definition: { step: 'c' } }, 'steps[0].definition'],
  [{ workflow: undefined, definition: { step: 'none' } }, 'steps[0].definition.step'],
  [{ version: 0 }, 'steps[0].version'],
  [{ image: 'x' }, 'steps[0].image'],
  [{ timeout: '1s' }, 'steps[0].timeout'],
  [{ items: [1], input: { value: 1 } }, 'steps[0].input'],
  [{ max_parallel: 2 }, 'steps[0].max_parallel'],
  [{ continue_on_partial: true }, 'steps[0].continue_on_partial'],
  [{ failure_tolerance: 1 }, 'steps[0].failure_tolerance'],
  [{ on_failure: 'fail_fast' }, 'steps[0].on_failure'],
  [{ items: [1], continue_on_partial: true, failure_tolerance: 1 }, 'steps[0].failure_tolerance'],
  [{ items: { step: 'none' } }, 'steps[0].items.step'],
  [{ input: { step: 'none' } }, 'steps[0].input.step'],
  [{ retry: { max_attempts: 2, retry_on: ['CHILD_CANCELLED'] } }, 'steps[0].retry.retry_on[0]'],
])('refuses %j at %s', (more, path) => {
  expect(faultsOf(child(more)).map((fault) => fault.path)).toContain(path);
});

it('refuses to reduce a step that runs once', () => {
  const faults = faultsOf(child(), { type: 'reduce', name: 'r', image: 'x', over: 'c' });
  expect(faults).toEqual([{ path: 'steps[1].over', message: '"c" is not a map step' }]);
});

it('has no version without a workflow', () => {
  const steps = [
    { name: 'a', image: 'x' },
    child({ workflow: undefined, version: 1, definition: { step: 'a' } }),
  ];
  expect(faultsOf(...steps)).toEqual([{ path: 'steps[1].version', message: 'needs workflow' }]);
});
