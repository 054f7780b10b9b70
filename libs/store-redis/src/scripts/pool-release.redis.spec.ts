import { Inbox, TestPool } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { releaseAgent } from './pool-release.js';

const redis = testRedis();
const subscriber = testRedis('subscriber');

const fine = (uses: number) => ({ uses, suspect: false });

it('makes the agent idle and counts its tasks', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a');
  expect(await releaseAgent(pool.scope, await pool.lease(), fine(7))).toBe(true);
  expect(await pool.agent('a')).toMatchObject({ state: 'idle', uses: 7, leases: [] });
  expect(await pool.lease()).toMatchObject({ usesLeft: 93, uses: 7 });
  expect(await redis.hget(pool.keys.pool(pool.spec.id, 'host'), 'served')).toBe('7');
});

it('is harmless a second time', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a');
  const lease = await pool.lease();
  expect(await releaseAgent(pool.scope, lease, fine(1))).toBe(true);
  expect(await releaseAgent(pool.scope, lease, fine(1))).toBe(false);
  const next = await pool.lease();
  expect(await releaseAgent(pool.scope, lease, fine(1))).toBe(false);
  expect(await pool.agent('a')).toMatchObject({ state: 'leased', uses: 1 });
  expect(next.usesLeft).toBe(99);
});

it('refuses an expired lease: its agent is not reused', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a');
  const lease = await pool.expiredLease();
  expect(await releaseAgent(pool.scope, lease, fine(1))).toBe(false);
  expect(await pool.agent('a')).toMatchObject({ state: 'leased', uses: 0 });
});

it('hands the agent to the ticket that waits longest', async () => {
  const pool = new TestPool(redis);
  const inbox = await Inbox.open(subscriber, pool);
  await pool.idle('a');
  let lease = await pool.lease();
  for (const ticket of ['t', 'u', 'v']) await pool.acquire(ticket);
  for (const ticket of ['t', 'u', 'v']) {
    await releaseAgent(pool.scope, lease, fine(1));
    const grant = await inbox.next();
    if (grant.kind !== 'leased') throw new Error('expected a lease');
    expect(grant).toMatchObject({ ticket, lease: { id: ticket, agentId: 'a', directory: '/agents/a' } });
    expect(grant.lease.epoch).toBeGreaterThan(lease.epoch);
    expect(await pool.lease(ticket)).toEqual(grant.lease);
    lease = grant.lease;
  }
  expect(lease.usesLeft).toBe(97);
  expect((await pool.snapshot()).waiting).toBe(0);
});

it('passes over tickets of workers that are gone', async () => {
  const pool = new TestPool(redis);
  const inbox = await Inbox.open(subscriber, pool, 'worker_b');
  await pool.idle('a');
  const lease = await pool.lease();
  await pool.acquire('dead', 'worker_dead');
  await pool.acquire('alive', 'worker_b');
  await releaseAgent(pool.scope, lease, fine(0));
  expect(await inbox.next()).toMatchObject({ kind: 'leased', ticket: 'alive' });
  expect(await redis.hkeys(`${pool.keys.pool(pool.spec.id, 'host')}:tickets`)).toEqual(['alive']);
});

it('makes the agent idle where all that wait are gone', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a');
  const lease = await pool.lease();
  await pool.acquire('dead', 'worker_dead');
  await releaseAgent(pool.scope, lease, fine(0));
  expect(await pool.states()).toEqual({ a: 'idle' });
  expect((await pool.snapshot()).waiting).toBe(0);
});

it('retires a suspect agent and a used-up one', async () => {
  const pool = new TestPool(redis, { max_agent_uses: 3 });
  await pool.idle('a', 'b');
  await releaseAgent(pool.scope, await pool.lease(), { uses: 1, suspect: true });
  await releaseAgent(pool.scope, await pool.lease(), fine(2));
  expect(await pool.agent('b')).toMatchObject({ state: 'retiring', reason: 'suspect' });
  const last = await pool.lease();
  expect(last.usesLeft).toBe(1);
  await releaseAgent(pool.scope, last, fine(1));
  expect(await pool.agent('a')).toMatchObject({ state: 'retiring', reason: 'max_uses' });
  expect(await pool.counts()).toEqual({ creating: 0, idle: 0, leased: 0, draining: 0, retiring: 2 });
});

it('retires an agent past its age, and not a younger one', async () => {
  const pool = new TestPool(redis, { max_agent_age: 60_000 });
  await pool.idle('a');
  await releaseAgent(pool.scope, await pool.lease(), fine(1));
  expect(await pool.states()).toEqual({ a: 'idle' });
  const lease = await pool.lease();
  await pool.acquire('waits');
  await redis.hset(`${pool.keys.pool(pool.spec.id, 'host')}:agent:a`, 'expiresAt', Date.now() - 1);
  await releaseAgent(pool.scope, lease, fine(1));
  expect(await pool.agent('a')).toMatchObject({ state: 'retiring', reason: 'max_age' });
});

describe('an agent on which tasks fail', () => {
  const failed = (tasks: string[], afterSuccess = false) => ({
    uses: tasks.length,
    suspect: false,
    failed: { tasks, afterSuccess },
  });

  it('is retired after three different ones in a row, over its leases', async () => {
    const pool = new TestPool(redis);
    await pool.idle('a');
    for (const tasks of [['t1'], ['t1'], [], ['t2', 't1']]) {
      await releaseAgent(pool.scope, await pool.lease(), failed(tasks));
      expect(await pool.states()).toEqual({ a: 'idle' });
    }
    await releaseAgent(pool.scope, await pool.lease(), failed(['t3']));
    expect(await pool.agent('a')).toMatchObject({ state: 'retiring', reason: 'failing' });
  });

  it('is kept where one completes between them', async () => {
    const pool = new TestPool(redis);
    await pool.idle('a');
    await releaseAgent(pool.scope, await pool.lease(), failed(['t1', 't2']));
    await releaseAgent(pool.scope, await pool.lease(), failed(['t3'], true));
    await releaseAgent(pool.scope, await pool.lease(), failed(['t4']));
    expect(await pool.states()).toEqual({ a: 'idle' });
    await releaseAgent(pool.scope, await pool.lease(), failed([], true));
    await releaseAgent(pool.scope, await pool.lease(), failed(['t5', 't6']));
    expect(await pool.states()).toEqual({ a: 'idle' });
  });

  it('is retired at once after three under one lease', async () => {
    const pool = new TestPool(redis);
    await pool.idle('a');
    await releaseAgent(pool.scope, await pool.lease(), failed(['t1', 't2', 't3'], true));
    expect(await pool.agent('a')).toMatchObject({ state: 'retiring', reason: 'failing' });
  });
});

it('hands it to the most urgent ticket, unless another one has waited for long', async () => {
  const pool = new TestPool(redis);
  const inbox = await Inbox.open(subscriber, pool);
  await pool.idle('a');
  let lease = await pool.lease();
  const behind = { plain: 0, later: 10_000, urgent: -10_000, waited: 10_000 - 60_000 };
  for (const [ticket, ms] of Object.entries(behind)) await pool.acquire(ticket, undefined, undefined, ms);
  for (const ticket of ['waited', 'urgent', 'plain', 'later']) {
    await releaseAgent(pool.scope, lease, fine(1));
    const grant = await inbox.next();
    if (grant.kind !== 'leased') throw new Error('expected a lease');
    expect(grant.ticket).toBe(ticket);
    lease = grant.lease;
  }
});
