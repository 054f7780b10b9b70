import { TestPool } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { warmPool } from './pool-warm.js';

const redis = testRedis();

it('reads a pool that nothing is known of as empty', async () => {
  const pool = new TestPool(redis);
  expect(await pool.snapshot()).toEqual({
    spec: pool.spec,
    share: { min_size: 0, max_size: 0 },
    now: expect.any(Number),
    lastUsed: expect.any(Number),
    agents: [],
    waiting: 0,
    waitingByRealm: [0],
    warm: 0,
    warmUntil: 0,
    retryAt: 0,
    failures: 0,
    onTrial: false,
  });
});

it('reads agents, lanes that wait and what was asked for ahead of need', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a', 'b');
  await pool.lease();
  await pool.lease();
  await pool.acquire();
  await warmPool(pool.scope, pool.spec.id, 3, 5_000);
  const snapshot = await pool.snapshot();
  expect(snapshot).toMatchObject({ waiting: 1, warm: 3 });
  expect(snapshot.warmUntil - snapshot.now).toBeGreaterThan(3_000);
  expect(snapshot.agents.map((a) => a.state)).toEqual(['leased', 'leased']);
  expect(snapshot.now).toBeGreaterThan(Date.now() - 60_000);
});

it('tells how many of the lanes that wait are of one realm each, where an agent serves several of them at once', async () => {
  const pools = [4, 1].map((agent_concurrency) => new TestPool(redis, { agent_concurrency }));
  for (const pool of pools) for (const realm of ['a', 'b', 'a', 'a', 'c']) await pool.acquireIn(realm);
  const [shared, single] = await Promise.all(pools.map((pool) => pool.snapshot()));
  expect(shared).toMatchObject({ waiting: 5, waitingByRealm: [3, 1, 1, 0] });
  expect(single).toMatchObject({ waiting: 5, waitingByRealm: [5] });
});
