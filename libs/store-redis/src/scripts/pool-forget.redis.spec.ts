import type { Redis } from 'ioredis';
import { connectRedis } from '../connection.js';
import { TestPool } from '../pool.fixture.js';
import { forgetPool } from './pool-forget.js';
import { registerPool } from './pool-register.js';

let redis: Redis;
beforeAll(async () => {
  redis = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'worker');
});
afterAll(() => redis.quit());

it('forgets a pool that nobody asked for lately', async () => {
  const { keys, spec } = new TestPool(redis);
  await registerPool(redis, keys, spec);
  expect(await forgetPool(redis, keys, spec.id, 60_000)).toBe(false);
  expect(await redis.hexists(keys.pools(), spec.id)).toBe(1);
  await redis.zadd(keys.poolsUsed(), Date.now() - 60_001, spec.id);
  expect(await forgetPool(redis, keys, spec.id, 60_000)).toBe(true);
  expect(await forgetPool(redis, keys, spec.id, 60_000)).toBe(false);
  expect(await redis.keys(`${keys.prefix}*`)).toEqual([]);
});
