import { TestPool } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { readyAgent } from './pool-ready.js';
import { removeAgent } from './pool-remove.js';
import { retireAgent } from './pool-retire.js';

const redis = testRedis();

const create = (pool: TestPool, id: string) => pool.enter(id);

it('enters an agent as creating', async () => {
  const pool = new TestPool(redis);
  expect(await create(pool, 'a')).toBe(true);
  expect(await pool.agent('a')).toMatchObject({ state: 'creating', directory: '/agents/a', uses: 0 });
  expect(await pool.counts()).toEqual({ creating: 1, idle: 0, leased: 0, draining: 0, retiring: 0 });
});

it('is harmless when repeated, and refused once the agent got further', async () => {
  const pool = new TestPool(redis);
  await create(pool, 'a');
  expect(await create(pool, 'a')).toBe(true);
  expect(await pool.counts()).toMatchObject({ creating: 1 });
  await readyAgent(pool.scope, pool.spec.id, 'a');
  expect(await create(pool, 'a')).toBe(false);
});

it('never enters more than the pool may have, those that are ending included', async () => {
  const pool = new TestPool(redis, { max_size: 2 });
  const entered = await Promise.all(['a', 'b', 'c', 'd'].map((id) => create(pool, id)));
  expect(entered).toEqual([true, true, false, false]);
  await retireAgent(pool.scope, pool.spec.id, 'a', 'start_failed');
  expect(await create(pool, 'c')).toBe(false);
  await removeAgent(pool.scope, pool.spec.id, 'a');
  expect(await create(pool, 'c')).toBe(true);
});
