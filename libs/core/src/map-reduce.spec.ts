import { LIMITS } from './definition.js';
import { InvalidInputError } from './errors.js';
import { mapReduceDefinition } from './map-reduce.js';
import { poolsOf } from './pool-spec.js';
import { validateDefinition } from './validate-definition.js';

const smallest = { name: 'count', mapper_image: 'mapper', reducer_image: 'reducer' };

function faultsOf(body: unknown): string[] {
  try {
    mapReduceDefinition(body);
  } catch (error) {
    if (error instanceof InvalidInputError) return error.faults.map((f) => f.path);
    throw error;
  }
  return [];
}

it('may take its items from what the list agent leaves in the state', () => {
  const { steps } = mapReduceDefinition({ ...smallest, list_image: 'l', items: { state: 'urls' } });
  expect(steps[1]).toMatchObject({ items: { state: 'urls' }, depends_on: ['list'] });
});

it('is a map over the field items of the input, and a reduce, at the least', () => {
  const { steps, config } = validateDefinition(mapReduceDefinition(smallest));
  expect(steps).toMatchObject([
    { name: 'map', type: 'map', image: 'mapper' },
    { name: 'reduce', type: 'reduce', image: 'reducer' },
  ]);
  expect(steps[0]).toMatchObject({
    items: { input: '/items' },
    max_parallel: 10,
    continue_on_partial: false,
  });
  expect(steps[0]).toMatchObject({ pool_config: { max_size: 10, warm_up: true } });
  expect(steps[1]).toMatchObject({ over: 'map', pool_config: { max_size: 1 } });
  expect(config.max_parallel).toBe(10);
});

it('begins with a list step where an image makes the list', () => {
  const { steps } = validateDefinition(mapReduceDefinition({ ...smallest, list_image: 'lister' }));
  expect(steps.map((s) => s.name)).toEqual(['list', 'map', 'reduce']);
  expect(steps[1]).toMatchObject({ items: { step: 'list', pointer: '' } });
});

it('hands its policies on to the steps, and its timeout to the run', () => {
  const body = {
    ...smallest,
    items: ['a', 'b'],
    max_parallel: 3,
    execution_mode: 'standard',
    timeout: '2h',
    task_timeout: '30s',
    retry: { max_attempts: 7 },
    continue_on_partial: true,
  };
  const { steps, config } = validateDefinition(mapReduceDefinition(body));
  expect(config).toMatchObject({ max_parallel: 3, timeout: 7_200_000 });
  for (const step of steps) {
    expect(step).toMatchObject({ execution_mode: 'standard', timeout: 30_000, retry: { max_attempts: 7 } });
  }
  expect(steps[0]).toMatchObject({
    items: ['a', 'b'],
    continue_on_partial: true,
    pool_config: { max_size: 3 },
  });
});

it.each([
  [{ pool_size: 25 }, 25],
  [{ max_parallel: 100 }, 10],
  [{ pool_config: { max_size: 7 } }, 7],
])('%j makes a pool of %i', (body, size) => {
  const definition = validateDefinition(mapReduceDefinition({ ...smallest, ...body }));
  expect(poolsOf(definition)[0]!.config.max_size).toBe(size);
});

it.each<[object, string[]]>([
  [{ name: 'Bad Name' }, ['name']],
  [{ mapper_image: '', reducer_image: 5 }, ['mapper_image', 'reducer_image']],
  [{ list_image: 'l', items: [] }, ['items']],
  [{ items: { step: 'other' } }, ['items']],
  [{ items: { input: 'no-pointer' } }, ['items.input']],
  [{ items: 'text' }, ['items']],
  [{ pool_size: 1, pool_config: {} }, ['pool_size']],
  [{ stream: true, fan_in: 5 }, ['fan_in']],
  [{ pool_config: { min_size: 3, max_size: 2 } }, ['pool_config.min_size']],
  [
    { max_parallel: LIMITS.parallel + 1, pool_size: 0, timeout: 'soon', task_timeout: -1, extra: 1 },
    ['max_parallel', 'pool_size', 'timeout', 'task_timeout', 'extra'],
  ],
])('with %j tells of %j', (change, paths) => {
  expect(faultsOf({ ...smallest, ...change })).toEqual(paths);
});

it('hands on how results are reduced, and gives a tree as many agents as the map', () => {
  const reduceOf = (body: object) =>
    validateDefinition(mapReduceDefinition({ ...smallest, ...body })).steps.at(-1)!;
  expect(reduceOf({})).toMatchObject({ stream: false, pool_config: { max_size: 1 } });
  expect(reduceOf({ stream: true })).toMatchObject({ stream: true, pool_config: { max_size: 1 } });
  expect(reduceOf({ fan_in: 50, pool_size: 7 })).toMatchObject({ fan_in: 50, pool_config: { max_size: 7 } });
});

it.each([[null], [[]], ['text'], [{}]])('is not made of %j', (body) => {
  expect(faultsOf(body).length).toBeGreaterThan(0);
});
