import { validateDefinition } from '@agentainer/core';
import type { Keys } from '../keys.js';
import { newKeys, testRedis } from '../redis.fixture.js';
import { RedisRunStore } from '../run-store.js';
import { RedisTaskLedger } from '../task-ledger.js';

const ID = 'run';
const redis = testRedis();
let keys: Keys;
let runs: RedisRunStore;
let ledger: RedisTaskLedger;
beforeEach(() => {
  keys = newKeys();
  runs = new RedisRunStore(redis, keys);
  ledger = new RedisTaskLedger(redis, keys, {
    claimTtlMs: -1,
    maxLost: 1,
    maxAgentsLost: 1,
    maxInterrupted: 10,
  });
});

/** A run whose map has four tasks, one of them begun so and so. */
async function openRun(stream = true): Promise<void> {
  const steps = [
    { type: 'map' as const, name: 'm', image: 'x', items: [0, 1, 2, 3] },
    { type: 'reduce' as const, name: 'r', image: 'x', over: 'm', stream },
  ];
  const definition = validateDefinition({ name: 'w', steps });
  await runs.create({ id: ID, workflowId: null, workflowVersion: null, definition, input: 'null' });
  await runs.putItems(ID, 'm', 'l', 0, ['0', '1', '2', '3']);
  await runs.apply(ID, [
    { kind: 'open', step: 'm', total: 4, layout: 'l' },
    { kind: 'open', step: 'r', total: 1 },
  ]);
}

async function claim() {
  const { claim: claimed } = await ledger.completeAndClaim({ runId: ID, step: 'm', agentId: 'a' });
  if (claimed.kind !== 'task') throw new Error(claimed.kind);
  return claimed.task;
}
const complete = ({ index, token }: { index: number; token: string }) =>
  ledger.completeAndClaim({
    runId: ID,
    step: 'm',
    completion: { index, token, end: { kind: 'completed', result: String(index) } },
  });
const read = (from = 0, count = 100) => runs.arrivals(ID, 'm', 'r', from, count);

it('gives outcomes in the order in which the tasks ended, in parts', async () => {
  await openRun();
  const tasks = [await claim(), await claim(), await claim()];
  await complete(tasks[2]!);
  await complete(tasks[0]!);
  const outcomes = [2, 0].map((index) => ({ index, outcome: { result: String(index) } }));
  expect(await read()).toEqual({ outcomes, areKept: true, areAll: false, areWanted: true });
  expect((await read(1)).outcomes).toEqual(outcomes.slice(1));
  expect((await read(0, 1)).outcomes).toEqual(outcomes.slice(0, 1));
  await complete(tasks[0]!);
  expect((await read()).outcomes).toHaveLength(2);
});

it('has tasks that were lost too often and tasks that nobody began', async () => {
  await openRun();
  await claim();
  expect(await ledger.reclaim(ID, 'm')).toBe(1);
  await redis.hset(keys.runSteps(ID), 'm:openedAt', 0);
  expect(await ledger.expire(ID, 'm', 1)).toBe(3);
  const { outcomes } = await read();
  expect(outcomes.map(({ outcome }) => (outcome as { error: { code: string } }).error.code)).toEqual([
    'POISON',
    ...Array<string>(3).fill('QUEUE_TIMEOUT'),
  ]);
});

it('says when there are no more, and when nobody wants them', async () => {
  await openRun();
  await complete(await claim());
  await complete(await claim());
  await runs.apply(ID, [{ kind: 'close', step: 'm', to: 'completed', tasks: 'cancelled' }]);
  expect(await read(0, 1)).toMatchObject({ areAll: false, areWanted: true });
  expect(await read(1)).toMatchObject({ areAll: true });
  await runs.apply(ID, [{ kind: 'close', step: 'r', to: 'cancelled' }]);
  expect(await read()).toMatchObject({ areWanted: false });
});

it('is not kept where nobody reads along, and goes with the run', async () => {
  await openRun(false);
  await complete(await claim());
  expect(await read()).toMatchObject({ outcomes: [], areKept: false });
  expect(await redis.exists(keys.stepArrivals(ID, 'm'))).toBe(0);
  ledger = new RedisTaskLedger(redis, (keys = newKeys()));
  runs = new RedisRunStore(redis, keys);
  await openRun();
  await complete(await claim());
  expect(await redis.exists(keys.stepArrivals(ID, 'm'))).toBe(1);
  await runs.remove(ID);
  expect(await redis.keys(`${keys.prefix}*`)).toEqual([]);
  expect(await read()).toEqual({ outcomes: [], areKept: false, areAll: true, areWanted: false });
});
