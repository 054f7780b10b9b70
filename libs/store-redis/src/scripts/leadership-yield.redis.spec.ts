import { TestPool } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { takeLead } from './leadership-take.js';
import { yieldLead } from './leadership-yield.js';

const redis = testRedis();

it('gives up a lead, but not that of another one', async () => {
  const key = new TestPool(redis).keys.leader('task');
  await takeLead(redis, key, 'a', 60_000);
  expect(await yieldLead(redis, key, 'b')).toBe(false);
  expect(await takeLead(redis, key, 'b', 60_000)).toBe(false);
  expect(await yieldLead(redis, key, 'a')).toBe(true);
  expect(await takeLead(redis, key, 'b', 60_000)).toBe(true);
});
