import type { Redis } from 'ioredis';
import { connectRedis } from '../connection.js';
import { TestPool } from '../pool.fixture.js';
import { notePull } from './pool-pulling.js';

let redis: Redis;
beforeAll(async () => {
  redis = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'worker');
});
afterAll(() => redis.quit());

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
