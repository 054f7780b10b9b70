import { TestPool } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { renewLease } from './pool-renew.js';
import { retireAgent } from './pool-retire.js';

const redis = testRedis();

const retire = (pool: TestPool, id: string, reason: 'idle_timeout' | 'lease_expired' | 'shutdown') =>
  retireAgent(pool.scope, pool.spec.id, id, reason);

it('takes an idle agent and one that is being created, and remembers why', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a');
  await pool.enter('b');
  expect(await retire(pool, 'a', 'idle_timeout')).toBe(true);
  expect(await retire(pool, 'b', 'shutdown')).toBe(true);
  expect(await pool.agent('a')).toMatchObject({ state: 'retiring', reason: 'idle_timeout' });
  expect(await pool.acquire()).toEqual({ kind: 'queued' });
});

it('says so again for an agent that is retiring already, with its first reason', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a');
  await retire(pool, 'a', 'idle_timeout');
  expect(await retire(pool, 'a', 'shutdown')).toBe(true);
  expect(await pool.agent('a')).toMatchObject({ reason: 'idle_timeout' });
  expect(await pool.counts()).toEqual({ creating: 0, idle: 0, leased: 0, draining: 0, retiring: 1 });
});

it('leaves an agent alone whose lease holds', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a');
  const lease = await pool.lease();
  expect(await retire(pool, 'a', 'lease_expired')).toBe(false);
  expect(await renewLease(pool.scope, lease, 1_000)).toBe(true);
});

it('ends the lease of an agent whose lease expired, or whose host shuts down', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a');
  await pool.expiredLease();
  expect(await retire(pool, 'a', 'lease_expired')).toBe(true);
  await pool.idle('b');
  const lease = await pool.lease();
  expect(await retire(pool, 'b', 'shutdown')).toBe(true);
  expect(await renewLease(pool.scope, lease, 1_000)).toBe(false);
  expect(await redis.hlen(`${pool.keys.pool(pool.spec.id, 'host')}:tickets`)).toBe(0);
});

it('refuses an agent that is not entered', async () => {
  expect(await retire(new TestPool(redis), 'a', 'idle_timeout')).toBe(false);
});
