import { TestPool } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { clearPool } from './pool-clear.js';
import { noteDeath } from './pool-died.js';
import { removeAgent } from './pool-remove.js';
import { releaseAgent } from './pool-release.js';
import { withdrawTicket } from './pool-withdraw.js';

const redis = testRedis();

it('leaves a pool alone that has an agent, or for which a lane waits', async () => {
  const pool = new TestPool(redis);
  const clear = () => clearPool(pool.scope, pool.spec.id);
  await pool.idle('a');
  expect(await clear()).toBe(false);
  const lease = await pool.lease();
  expect(await clear()).toBe(false);
  await releaseAgent(pool.scope, lease, { uses: 3, suspect: false });
  await removeAgent(pool.scope, pool.spec.id, 'a');
  await pool.acquire('waits');
  expect(await clear()).toBe(false);
  await withdrawTicket(pool.scope, pool.spec.id, 'waits');
  await noteDeath(pool.scope, pool.spec.id, 'a', { how: undefined, output: '' });
  expect(await clear()).toBe(true);
  expect(await redis.keys(`${pool.keys.prefix}*`)).toEqual([]);
  expect(await clear()).toBe(true);
});
