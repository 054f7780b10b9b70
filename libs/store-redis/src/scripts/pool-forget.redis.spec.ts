import { TestPool } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { forgetPool } from './pool-forget.js';
import { registerPool } from './pool-register.js';

const redis = testRedis();

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
