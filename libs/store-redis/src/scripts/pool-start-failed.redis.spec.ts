import { Inbox, TestPool } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { noteStartFailure } from './pool-start-failed.js';
import { removeAgent } from './pool-remove.js';

const redis = testRedis();
const subscriber = testRedis('subscriber');

const error = { code: 'AGENT_START_FAILED', message: 'it "broke"\n' };
const failed = (pool: TestPool, failures: number, broken: boolean, retryInMs = 60_000) =>
  noteStartFailure(pool.scope, pool.spec.id, 'x', { error, failures, retryInMs, broken });

it('retires the agent', async () => {
  const pool = new TestPool(redis);
  await pool.enter('x');
  await failed(pool, 1, false);
  expect(await pool.agent('x')).toMatchObject({ state: 'retiring', reason: 'start_failed' });
  expect(await pool.snapshot()).toMatchObject({ error, failures: 1 });
});

it('tells all that wait, once the pool is broken', async () => {
  const pool = new TestPool(redis);
  const inbox = await Inbox.open(subscriber, pool);
  await pool.acquire('t');
  await pool.acquire('u');
  await failed(pool, 1, false);
  expect(await pool.acquire('v')).toEqual({ kind: 'queued' });
  expect(inbox.grants).toEqual([]);
  await pool.enter('x');
  await failed(pool, 3, true);
  for (const ticket of ['t', 'u', 'v']) expect(await inbox.next()).toEqual({ kind: 'broken', ticket, error });
  expect((await pool.snapshot()).waiting).toBe(0);
  expect(await redis.hlen(`${pool.keys.pool(pool.spec.id, 'host')}:tickets`)).toBe(0);
});

it('lets lanes wait as long as the pool has another agent', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a');
  await pool.lease();
  await pool.acquire('t');
  await failed(pool, 3, true);
  expect((await pool.snapshot()).waiting).toBe(1);
  await removeAgent(pool.scope, pool.spec.id, 'a');
  expect(await pool.acquire('t')).toEqual({ kind: 'broken', error });
  expect((await pool.snapshot()).waiting).toBe(0);
});

it('counts starts that failed side by side once', async () => {
  const pool = new TestPool(redis);
  await failed(pool, 2, false, 120_000);
  const { retryAt } = await pool.snapshot();
  await failed(pool, 1, false, 1);
  expect(await pool.snapshot()).toMatchObject({ failures: 2, retryAt });
});
