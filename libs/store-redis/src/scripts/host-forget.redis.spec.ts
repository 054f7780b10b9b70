import { TestPool } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { forgetHost } from './host-forget.js';

const redis = testRedis();

it('takes a host off the list, unless it was heard of meanwhile', async () => {
  const { keys } = new TestPool(redis);
  const heardAt = 1_795_000_000_123;
  await redis.zadd(keys.hosts(), heardAt, 'a', 0, 'b', heardAt + 1, 'c');
  expect(await forgetHost(redis, keys, 'a', heardAt)).toBe(true);
  expect(await forgetHost(redis, keys, 'b', 0)).toBe(true);
  expect(await forgetHost(redis, keys, 'c', heardAt)).toBe(false);
  expect(await redis.zrange(keys.hosts(), 0, '-1')).toEqual(['c']);
});
