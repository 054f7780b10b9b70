import { TestPool } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { createAgent } from './pool-create.js';
import { noteDeath } from './pool-died.js';
import { losePool } from './pool-lose.js';
import { readyAgent } from './pool-ready.js';
import { releaseAgent } from './pool-release.js';
import { renewLease } from './pool-renew.js';

const redis = testRedis();

it('deletes all that a host had of a pool, and what comes from there afterwards changes nothing', async () => {
  const pool = new TestPool(redis);
  const { scope, spec } = pool;
  await pool.idle('a', 'b');
  await pool.enter('c');
  const lease = await pool.lease();
  await pool.lease();
  await pool.acquire('waits');
  await noteDeath(scope, spec.id, 'z', { how: undefined, output: '' });
  expect(await losePool(scope, spec.id)).toBe(3);
  const late = [
    await renewLease(scope, lease, 1_000),
    await releaseAgent(scope, lease, { uses: 1, suspect: false }),
    await readyAgent(scope, spec.id, 'c'),
    await createAgent(scope, spec, 'd', '/agents/d'),
    await noteDeath(scope, spec.id, 'c', { how: undefined, output: '' }),
  ];
  expect(late).toEqual([false, false, false, false, false]);
  expect(await redis.keys(`${pool.keys.prefix}*`)).toEqual([]);
  expect(await losePool(scope, spec.id)).toBe(0);
});
