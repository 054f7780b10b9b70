import { TestPool } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { takeLead } from './leadership-take.js';

const redis = testRedis();

it('gives the lead to one, who may keep it', async () => {
  const key = new TestPool(redis).keys.leader('task');
  expect(await takeLead(redis, key, 'a', 10_000)).toBe(true);
  expect(await takeLead(redis, key, 'b', 60_000)).toBe(false);
  expect(await takeLead(redis, key, 'a', 60_000)).toBe(true);
  expect(await redis.pttl(key)).toBeGreaterThan(10_000);
});
