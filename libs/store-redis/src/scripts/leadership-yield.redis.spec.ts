import type { Redis } from 'ioredis';
import { connectRedis } from '../connection.js';
import { TestPool } from '../pool.fixture.js';
import { takeLead } from './leadership-take.js';
import { yieldLead } from './leadership-yield.js';

let redis: Redis;
beforeAll(async () => {
  redis = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'worker');
});
afterAll(() => redis.quit());

it('gives up a lead, but not that of another one', async () => {
  const key = new TestPool(redis).keys.leader('task');
  await takeLead(redis, key, 'a', 60_000);
  expect(await yieldLead(redis, key, 'b')).toBe(false);
  expect(await takeLead(redis, key, 'b', 60_000)).toBe(false);
  expect(await yieldLead(redis, key, 'a')).toBe(true);
  expect(await takeLead(redis, key, 'b', 60_000)).toBe(true);
});
