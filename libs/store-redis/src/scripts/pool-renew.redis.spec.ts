import { TestPool } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { renewLease } from './pool-renew.js';
import { releaseAgent } from './pool-release.js';

const redis = testRedis();

it('prolongs a lease from now on', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a');
  const lease = await pool.lease();
  const [before = 0] = (await pool.agent('a')).leases;
  expect(await renewLease(pool.scope, lease, 60_000)).toBe(true);
  const [after] = (await pool.agent('a')).leases;
  expect(after).toBeGreaterThan(before + 40_000);
});

it('refuses an expired lease, also while nobody else has the agent', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a');
  const lease = await pool.expiredLease();
  expect(await renewLease(pool.scope, lease, 60_000)).toBe(false);
});

it('refuses a lease that was given back, or is of an earlier epoch', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a');
  const first = await pool.lease('t');
  await releaseAgent(pool.scope, first, { uses: 1, suspect: false });
  expect(await renewLease(pool.scope, first, 60_000)).toBe(false);
  const second = await pool.lease('t');
  expect(await renewLease(pool.scope, first, 60_000)).toBe(false);
  expect(await renewLease(pool.scope, second, 60_000)).toBe(true);
});
