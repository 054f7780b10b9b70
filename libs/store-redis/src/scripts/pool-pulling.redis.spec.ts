import { TestPool } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { notePull } from './pool-pulling.js';

const redis = testRedis();

it('counts for a while unless it is said again, so that nobody has to take it back', async () => {
  const pool = new TestPool(redis);
  const until = async () =>
    Number(await redis.hget(pool.keys.pool(pool.spec.id, 'host'), 'pullingUntil')) -
    (await pool.snapshot()).now;
  await notePull(pool.scope, pool.spec.id, 60_000);
  expect(await until()).toBeGreaterThan(50_000);
  expect(await until()).toBeLessThanOrEqual(60_000);
  await notePull(pool.scope, pool.spec.id, 0);
  expect(await until()).toBeLessThan(0);
});
