import type { Redis } from 'ioredis';
import { connectRedis } from '../connection.js';
import { TestPool } from '../pool.fixture.js';
import { announceHost } from './pool-announce.js';

let redis: Redis;
beforeAll(async () => {
  redis = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'worker');
});
afterAll(() => redis.quit());

it('notes when a host was last heard of, and forgets those of long ago', async () => {
  const { keys } = new TestPool(redis);
  await redis.zadd(keys.hosts(), Date.now() - 2 * 86_400_000, 'gone');
  await redis.zadd(keys.hosts(), Date.now() - 60_000, 'silent');
  await announceHost(redis, keys, 'here');
  await announceHost(redis, keys, 'here');
  expect(await redis.zrange(keys.hosts(), 0, '-1')).toEqual(['silent', 'here']);
});
