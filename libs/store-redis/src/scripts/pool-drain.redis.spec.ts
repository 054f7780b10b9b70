import { Inbox, TestPool } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { createAgent } from './pool-create.js';
import { drainAgent } from './pool-drain.js';
import { keepLease } from './pool-keep.js';
import { releaseAgent } from './pool-release.js';
import { removeAgent } from './pool-remove.js';
import { renewLease } from './pool-renew.js';
import { retireAgent } from './pool-retire.js';

const redis = testRedis();
const subscriber = testRedis('subscriber');

const drain = (pool: TestPool, id: string, reason: 'memory' | 'max_age' = 'memory') =>
  drainAgent(pool.scope, pool.spec.id, id, reason);
const fine = { uses: 1, suspect: false };

it('retires an agent that nobody uses at once', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a');
  await createAgent(pool.scope, pool.spec, 'b', '/agents/b');
  expect(await Promise.all([drain(pool, 'a'), drain(pool, 'b')])).toEqual([true, true]);
  expect(await pool.states()).toEqual({ a: 'retiring', b: 'retiring' });
  expect(await pool.agent('a')).toMatchObject({ reason: 'memory' });
});

it('leaves a leased agent to its lane, which is to give it back; then it is retired, whoever waits', async () => {
  const pool = new TestPool(redis);
  const inbox = await Inbox.open(subscriber, pool);
  await pool.idle('a');
  const lease = await pool.lease('t');
  expect(await drain(pool, 'a')).toBe(true);
  expect(await pool.counts()).toEqual({ creating: 0, idle: 0, leased: 0, draining: 1, retiring: 0 });
  expect(await renewLease(pool.scope, lease, 10_000)).toBe(true);
  expect(await pool.lease('t')).toEqual(lease);
  expect(await keepLease(pool.scope, lease, 0, false)).toBe(false);
  await pool.acquire('waits');
  expect(await releaseAgent(pool.scope, lease, fine)).toBe(true);
  expect(await pool.agent('a')).toMatchObject({
    state: 'retiring',
    reason: 'memory',
    uses: 1,
    leases: [],
  });
  expect(await redis.hkeys(`${pool.keys.pool(pool.spec.id, 'host')}:tickets`)).toEqual(['waits']);
  expect(inbox.grants).toEqual([]);
});

it('takes room until it is gone, and is not counted on meanwhile', async () => {
  const pool = new TestPool(redis, { max_size: 1 });
  await pool.idle('a');
  await pool.lease();
  await drain(pool, 'a');
  expect(await createAgent(pool.scope, pool.spec, 'b', '/agents/b')).toBe(false);
  await removeAgent(pool.scope, pool.spec.id, 'a');
  expect(await createAgent(pool.scope, pool.spec, 'b', '/agents/b')).toBe(true);
});

it('is protected by its lease, until that expires or its host shuts down', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a', 'b');
  const [b, a] = [await pool.lease(), await pool.expiredLease()];
  await Promise.all([drain(pool, a.agentId), drain(pool, b.agentId)]);
  const retire = (id: string, reason: 'lease_expired' | 'shutdown') =>
    retireAgent(pool.scope, pool.spec.id, id, reason);
  expect(await retire(b.agentId, 'lease_expired')).toBe(false);
  expect(await retire(a.agentId, 'lease_expired')).toBe(true);
  expect(await pool.agent(a.agentId)).toMatchObject({ reason: 'lease_expired' });
  expect(await retire(b.agentId, 'shutdown')).toBe(true);
  expect(await renewLease(pool.scope, b, 1_000)).toBe(false);
});

it('keeps its first reason, and refuses an agent that is not entered', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a', 'b');
  const lease = await pool.lease();
  await drain(pool, lease.agentId);
  expect(await drain(pool, lease.agentId, 'max_age')).toBe(true);
  expect(await pool.agent(lease.agentId)).toMatchObject({ state: 'draining', reason: 'memory' });
  await drain(pool, 'a');
  expect(await drain(pool, 'a', 'max_age')).toBe(true);
  expect(await pool.agent('a')).toMatchObject({ state: 'retiring', reason: 'memory' });
  expect(await drain(pool, 'nobody')).toBe(false);
});
