import { type DefinitionInput, poolsOf, validateDefinition } from '@agentainer/core';
import { poolQueue } from '@agentainer/queue-bullmq';
import { RedisLimitStore } from '@agentainer/store-redis';
import { completed, type FlowTest, forEachTest } from './flow-test.fixture.js';

let test: FlowTest;
forEachTest((made) => {
  test = made;
});

type Limits = NonNullable<DefinitionInput['config']>['limits'];
const map = (limits?: Limits, items = 12): DefinitionInput => ({
  name: 'w',
  config: { limits },
  steps: [{ type: 'map', name: 'm', image: 'x', items: { range: { from: 1, to: items } } }],
});

/**
 * Counts the tasks that run at once, by a part of the run's input. Until so many were seen together they wait for
 * one another, so that a busy machine makes no difference.
 */
function counting(wanted = 1, ms = 5): Map<string, number> {
  const running = new Map<string, number>();
  const most = new Map<string, number>();
  let meet = () => {};
  const together = new Promise<void>((resolve) => (meet = resolve));
  test.behave = async (_, { runId }) => {
    const { customer = 'all' } = JSON.parse((await test.runs.input(runId))!) as { customer?: string };
    const now = (running.get(customer) ?? 0) + 1;
    running.set(customer, now);
    most.set(customer, Math.max(most.get(customer) ?? 0, now));
    if (now >= wanted) meet();
    await together;
    await new Promise((resolve) => setTimeout(resolve, ms));
    running.set(customer, running.get(customer)! - 1);
    return completed(null);
  };
  return most;
}

/** A run whose task holds its slot until it is released. */
async function holding(definition: DefinitionInput): Promise<{ first: string; release: () => void }> {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  test.behave = () => held.then(() => completed(null));
  const first = await test.start(definition, {});
  await test.until(first, (run) => run.steps[0]!.counts.running === 1);
  return { first, release };
}

it('runs no more tasks of a workflow at once than its limit says, in all its runs together', async () => {
  const most = counting(2);
  const definition = map([{ max_parallel: 2 }]);
  await test.work(definition);
  const runs = await Promise.all([1, 2, 3].map(() => test.start(definition, {})));
  for (const run of runs) expect((await test.finished(run)).state).toBe('completed');
  expect(most.get('all')).toBe(2);
});

it('counts runs by the value of a key', async () => {
  const most = counting();
  const definition = map([{ key: 'input.customer', max_parallel: 1 }]);
  await test.work(definition);
  const runs = await Promise.all(['a', 'a', 'b'].map((customer) => test.start(definition, { customer })));
  for (const run of runs) expect((await test.finished(run)).state).toBe('completed');
  expect(Object.fromEntries(most)).toEqual({ a: 1, b: 1 });
  await expect(test.start(definition, {})).rejects.toThrow('the key of config.limits[0] is not there');
});

it('runs no more tasks of the whole instance at once than is allowed', async () => {
  const most = counting(3);
  test.maxParallel = 3;
  await test.work(map());
  const runs = await Promise.all([1, 2].map(() => test.start(map(), {})));
  for (const run of runs) expect((await test.finished(run)).state).toBe('completed');
  expect(most.get('all')).toBe(3);
});

it('lets a short run through while a long one uses all slots', async () => {
  counting(1, 10);
  const definition = map([{ max_parallel: 2 }], 1_000);
  await test.work(definition);
  const long = await test.start(definition, {});
  await test.until(long, (run) => run.steps[0]!.counts.completed > 0);
  const short = await test.start(map([{ max_parallel: 2 }], 3), {});
  expect((await test.finished(short)).state).toBe('completed');
  expect((await test.runs.load(long))!.state).toBe('running');
  await test.runs.apply(long, [{ kind: 'finish', to: 'cancelled' }]);
});

it('brings a lane back as soon as a slot is free, long before it would come again', async () => {
  const hour = 3_600_000;
  const times = { ttlMs: 20_000, leastMs: hour, mostMs: hour, graceMs: hour };
  test.limits = new RedisLimitStore(test.redis, test.keys, times);
  const definition = map([{ max_parallel: 1 }], 1);
  await test.work(definition);
  const { first, release } = await holding(definition);
  const others = [];
  for (let i = 0; i < 5; i++) others.push(await test.start(definition, {}));
  const queue = test.queue.queue(poolQueue(poolsOf(validateDefinition(definition))[0]!.id));
  while ((await queue.getDelayedCount()) < 5);
  release();
  for (const run of [first, ...others]) expect((await test.finished(run)).state).toBe('completed');
});

it('a lane whose run has ended leaves the line', async () => {
  const definition = map([{ max_parallel: 1 }], 1);
  await test.work(definition);
  const { first, release } = await holding(definition);
  const second = await test.start(definition, {});
  while ((await test.limits.standings())[0]!.waiting < 1);
  await test.runs.apply(second, [{ kind: 'finish', to: 'cancelled' }]);
  while ((await test.limits.standings())[0]!.waiting > 0);
  expect((await test.limits.standings())[0]).toMatchObject({ held: 1, waiting: 0 });
  release();
  await test.finished(first);
});

it('the slot of a worker that died is given to another lane when its time is over', async () => {
  const definition = map([{ max_parallel: 1 }], 2);
  const dead = { ticket: 'dead', holder: 'dead', limits: [{ id: 'workflow:', maxParallel: 1 }] };
  await new RedisLimitStore(test.redis, test.keys, {
    ttlMs: 300,
    leastMs: 1,
    mostMs: 1,
    graceMs: 1,
  }).take(dead);
  const began = performance.now();
  expect((await test.runToEnd(definition, {})).state).toBe('completed');
  expect(performance.now() - began).toBeGreaterThan(200);
});

it('begins no more attempts than a rate allows, retries counted too, and gives back what was not spent', async () => {
  const begun: number[] = [];
  test.behave = (_, { attempt }) => {
    begun.push(performance.now());
    if (attempt === 1)
      return { kind: 'failed', error: { code: 'X', message: 'x' }, retryable: true, suspect: false };
    return completed(null);
  };
  const limits = [{ rate: { count: 20, per: '1s', burst: 2 } }];
  const definition = map(limits, 6);
  Object.assign(definition.steps[0]!, { retry: { delay: '1ms', jitter: 0 } });
  expect((await test.runToEnd(definition, {})).state).toBe('completed');
  expect(begun).toHaveLength(12);
  // After the first two, one every 50 ms; the first may be late.
  expect(begun[11]! - begun[0]!).toBeGreaterThan(10 * 50 - 100);
  const standing = async () => (await test.limits.standings(['workflow:']))[0]!;
  // The last lanes of the run still have to come and find that nothing is left.
  const busy = async () => {
    const { held, waiting } = await standing();
    return held + waiting > 0;
  };
  while (await busy());
  expect((await standing()).fullAt! - Date.now()).toBeLessThanOrEqual(2 * 50);
});

it('an attempt whose lane lost its slot is given up, for another one may have begun in its place', async () => {
  // No renewal comes as early as that.
  test.limits = new RedisLimitStore(test.redis, test.keys, { ttlMs: 200, leastMs: 1, mostMs: 1, graceMs: 1 });
  let stopped = 0;
  test.behave = async (_, { signal, attempt }) => {
    if (attempt > 1) return completed(null);
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    stopped++;
    return { kind: 'stopped', error: { code: 'STOPPED', message: 'stopped' } };
  };
  expect((await test.runToEnd(map([{ max_parallel: 1 }], 1), {})).state).toBe('completed');
  expect(stopped).toBe(1);
});
