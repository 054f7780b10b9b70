import { TestPool } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { registerPool } from './pool-register.js';

const redis = testRedis();

it('makes a pool known once, and notes each time that it is needed', async () => {
  const { keys, spec } = new TestPool(redis);
  expect(await registerPool(redis, keys, spec)).toBe(true);
  await redis.zadd(keys.poolsUsed(), 1, spec.id);
  expect(await registerPool(redis, keys, spec)).toBe(false);
  expect(await redis.hvals(keys.pools())).toEqual([JSON.stringify(spec)]);
  expect(Number(await redis.zscore(keys.poolsUsed(), spec.id))).toBeGreaterThan(Date.now() - 60_000);
});
