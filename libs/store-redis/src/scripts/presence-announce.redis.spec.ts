import { TestPool } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { announcePresence } from './presence-announce.js';

const redis = testRedis();

it('notes when somebody was last heard of, and forgets those of long ago', async () => {
  const key = new TestPool(redis).keys.hosts();
  await redis.zadd(key, Date.now() - 20_000, 'gone', Date.now() - 5_000, 'silent');
  await announcePresence(redis, key, 'here', 0);
  expect(await redis.zrange(key, 0, '-1')).toEqual(['gone', 'silent', 'here']);
  await announcePresence(redis, key, 'here', 10_000);
  expect(await redis.zrange(key, 0, '-1')).toEqual(['silent', 'here']);
});
