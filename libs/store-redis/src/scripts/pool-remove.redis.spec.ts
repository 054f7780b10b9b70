import { TestPool } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { removeAgent } from './pool-remove.js';
import { renewLease } from './pool-renew.js';

const redis = testRedis();

it('leaves nothing of the agent, whatever its state', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a', 'b');
  const lease = await pool.lease();
  expect(await removeAgent(pool.scope, pool.spec.id, 'a')).toBe(true);
  expect(await removeAgent(pool.scope, pool.spec.id, 'b')).toBe(true);
  expect(await removeAgent(pool.scope, pool.spec.id, 'b')).toBe(false);
  expect(await renewLease(pool.scope, lease, 1_000)).toBe(false);
  expect(await pool.counts()).toEqual({ creating: 0, idle: 0, leased: 0, draining: 0, retiring: 0 });
  const key = pool.keys.pool(pool.spec.id, 'host');
  expect(await redis.keys(`${key}*`)).toEqual([key]);
  expect(await pool.acquire()).toEqual({ kind: 'queued' });
});
