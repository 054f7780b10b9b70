import { TestPool } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { keepLease } from './pool-keep.js';

const redis = testRedis();

it('lets a lease go on while nobody waits, or only who is less urgent', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a');
  const lease = await pool.lease();
  expect(await keepLease(pool.scope, lease, 0, false)).toBe(true);
  await pool.acquire('later', undefined, undefined, 10_000);
  expect(await keepLease(pool.scope, lease, 0, false)).toBe(true);
  expect(await keepLease(pool.scope, lease, 20_000, false)).toBe(false);
});

it('has it given back to who came before, and is as urgent or has waited for long', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a');
  const lease = await pool.lease();
  await pool.acquire('equal');
  expect(await keepLease(pool.scope, lease, 0, false)).toBe(false);
  expect(await keepLease(pool.scope, lease, -10_000, false)).toBe(true);
  await pool.acquire('waited', undefined, undefined, 10_000 - 60_000);
  expect(await keepLease(pool.scope, lease, -10_000, false)).toBe(false);
});

it('refuses a lease whose time is over', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a');
  expect(await keepLease(pool.scope, await pool.expiredLease(), 0, false)).toBe(false);
});
