import { TestPool } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { retireAgent } from './pool-retire.js';
import { sharePool } from './pool-share.js';

const redis = testRedis();

it('bounds what may be entered from then on, and counts what is entered already', async () => {
  const pool = new TestPool(redis, { max_size: 3 });
  await pool.idle('a', 'b');
  await retireAgent(pool.scope, pool.spec.id, 'a', 'surplus');
  expect(await sharePool(pool.scope, pool.spec.id, { min_size: 1, max_size: 2 })).toBe(2);
  expect((await pool.snapshot()).share).toEqual({ min_size: 1, max_size: 2 });
  expect(await pool.enter('c')).toBe(false);
  expect(await sharePool(pool.scope, pool.spec.id, { min_size: 0, max_size: 3 })).toBe(2);
  expect(await pool.enter('c')).toBe(true);
});
