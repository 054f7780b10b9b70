import type { Redis } from 'ioredis';
import { connectRedis } from '../connection.js';
import { TestPool } from '../pool.fixture.js';
import { takeLead } from './leadership-take.js';

let redis: Redis;
beforeAll(async () => {
  redis = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'worker');
});
afterAll(() => redis.quit());

it('gives the lead to one, who may keep it', async () => {
  const key = new TestPool(redis).keys.leader('task');
  expect(await takeLead(redis, key, 'a', 10_000)).toBe(true);
  expect(await takeLead(redis, key, 'b', 60_000)).toBe(false);
  expect(await takeLead(redis, key, 'a', 60_000)).toBe(true);
  expect(await redis.pttl(key)).toBeGreaterThan(10_000);
});
