import type { Redis } from 'ioredis';
import { connectRedis } from '../connection.js';
import { TestPool } from '../pool.fixture.js';
import { registerPool } from './pool-register.js';

let redis: Redis;
beforeAll(async () => {
  redis = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'worker');
});
afterAll(() => redis.quit());

it('makes a pool known once, and notes each time that it is needed', async () => {
  const { keys, spec } = new TestPool(redis);
  expect(await registerPool(redis, keys, spec)).toBe(true);
  await redis.zadd(keys.poolsUsed(), 1, spec.id);
  expect(await registerPool(redis, keys, spec)).toBe(false);
  expect(await redis.hvals(keys.pools())).toEqual([JSON.stringify(spec)]);
  expect(Number(await redis.zscore(keys.poolsUsed(), spec.id))).toBeGreaterThan(Date.now() - 60_000);
});
