import type { Lease } from '@agentainer/pool';
import { Inbox, TestPool, WORKER } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { keepLease } from './pool-keep.js';
import { releaseAgent } from './pool-release.js';

const redis = testRedis();
const subscriber = testRedis('subscriber');

const once = { uses: 1, suspect: false };
const leaseIn = (pool: TestPool, realm: string) => pool.lease(undefined, undefined, realm);

/** A pool all of whose agents, so many, are leased to one realm; the worker listens. */
async function fullPool(size: number, realm = 'wf_1') {
  const pool = new TestPool(redis, { max_size: size });
  const inbox = await Inbox.open(subscriber, pool);
  await pool.idle(...Array.from({ length: size }, (_, i) => `agent-${i}`));
  const leases: Lease[] = [];
  for (let i = 0; i < size; i++) leases.push(await leaseIn(pool, realm));
  return { pool, inbox, leases };
}

describe('an agent that has run a task', () => {
  it('is given to its own realm again, and to no other', async () => {
    const pool = new TestPool(redis);
    await pool.idle('a');
    await releaseAgent(pool.scope, await leaseIn(pool, 'wf_1'), once);
    expect(await pool.agent('a')).toMatchObject({ state: 'idle', realm: 'wf_1' });
    for (const realm of ['wf_2', '']) expect(await pool.acquireIn(realm)).toEqual({ kind: 'queued' });
    expect((await leaseIn(pool, 'wf_1')).agentId).toBe('a');
  });

  it('is given before one that was never used, which others may need', async () => {
    const pool = new TestPool(redis);
    await pool.idle('used');
    await releaseAgent(pool.scope, await leaseIn(pool, 'wf_1'), once);
    await pool.idle('fresh');
    expect((await leaseIn(pool, 'wf_1')).agentId).toBe('used');
    expect((await leaseIn(pool, 'wf_2')).agentId).toBe('fresh');
  });

  it('leaves no list behind when it goes', async () => {
    const pool = new TestPool(redis);
    await pool.idle('a');
    await releaseAgent(pool.scope, await leaseIn(pool, 'wf_1'), once);
    await leaseIn(pool, 'wf_1');
    expect(await redis.keys(`${pool.keys.pool(pool.spec.id, 'host')}:idle*`)).toEqual([]);
  });
});

it('leaves an agent on which no task ran to everybody', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a');
  await releaseAgent(pool.scope, await leaseIn(pool, 'wf_1'), { uses: 0, suspect: false });
  expect((await leaseIn(pool, 'wf_2')).agentId).toBe('a');
});

describe('an agent that is given back while lanes of another realm wait', () => {
  it('goes to its own realm, or idle, while the others can be given agents of their own', async () => {
    const { pool, inbox, leases } = await fullPool(2);
    await releaseAgent(pool.scope, leases[1]!, { ...once, suspect: true });
    await pool.acquireIn('wf_2', 'other');
    await pool.acquireIn('wf_1', 'own');
    await releaseAgent(pool.scope, leases[0]!, once);
    expect(await inbox.next()).toMatchObject({ ticket: 'own' });
    await releaseAgent(pool.scope, await pool.lease('own', undefined, 'wf_1'), once);
    expect(await pool.agent(leases[0]!.agentId)).toMatchObject({ state: 'idle' });
    expect((await pool.snapshot()).waiting).toBe(1);
  });

  it('makes room for the one that waits longest where all places are taken', async () => {
    const { pool, leases } = await fullPool(2);
    await pool.acquireIn('wf_2', 'other');
    await pool.acquireIn('wf_1', 'own');
    await releaseAgent(pool.scope, leases[0]!, once);
    expect(await pool.agent(leases[0]!.agentId)).toMatchObject({ state: 'retiring', reason: 'reuse' });
    expect((await pool.snapshot()).waiting).toBe(2);
  });

  it('makes room once for each of them, and no more', async () => {
    const { pool, inbox, leases } = await fullPool(3);
    await pool.acquireIn('wf_2', 'other');
    await pool.acquireIn('wf_1', 'own');
    await releaseAgent(pool.scope, leases[0]!, once);
    await releaseAgent(pool.scope, leases[1]!, once);
    expect(await inbox.next()).toMatchObject({ ticket: 'own', lease: { agentId: leases[1]!.agentId } });
    expect((await pool.counts()).retiring).toBe(1);
  });

  it('stays where agents do not start, until the next try is due', async () => {
    const { pool, leases } = await fullPool(1);
    const key = pool.keys.pool(pool.spec.id, 'host');
    await redis.hset(key, 'retryAt', Date.now() + 60_000);
    await pool.acquireIn('wf_2', 'other');
    await releaseAgent(pool.scope, leases[0]!, once);
    expect(await pool.agent('agent-0')).toMatchObject({ state: 'idle' });
    const again = await leaseIn(pool, 'wf_1');
    await redis.hset(key, 'retryAt', 1);
    await releaseAgent(pool.scope, again, once);
    expect(await pool.agent('agent-0')).toMatchObject({ state: 'retiring' });
  });

  it('looks no further than 64 places down the line; who stands behind asks again', async () => {
    const { pool, leases } = await fullPool(1);
    await redis.hset(pool.keys.pool(pool.spec.id, 'host'), 'maxSize', 1_000);
    for (let i = 0; i < 64; i++) await pool.acquireIn('wf_2', `other-${i}`);
    await pool.acquireIn('wf_1', 'own');
    await releaseAgent(pool.scope, leases[0]!, once);
    expect(await pool.agent('agent-0')).toMatchObject({ state: 'idle' });
    expect((await pool.lease('own', undefined, 'wf_1')).agentId).toBe('agent-0');
  });
});

describe('a lease', () => {
  it('goes on where those in line are of another realm, and can be given agents of their own', async () => {
    const { pool, leases } = await fullPool(2);
    await releaseAgent(pool.scope, leases[1]!, { ...once, suspect: true });
    await pool.acquireIn('wf_2', 'other');
    expect(await keepLease(pool.scope, leases[0]!, 0, false)).toBe(true);
    await pool.acquireIn('wf_1', 'own');
    expect(await keepLease(pool.scope, leases[0]!, 0, false)).toBe(false);
  });

  it('ends where its agent takes the place that another realm needs', async () => {
    const { pool, leases } = await fullPool(1);
    await pool.acquireIn('wf_2', 'other');
    expect(await keepLease(pool.scope, leases[0]!, 0, false)).toBe(false);
  });
});

it('tells the keeper of a lane that no idle agent may serve, and of an agent at its last task', async () => {
  const pool = new TestPool(redis, { max_size: 1, max_agent_uses: 2 });
  const inbox = await Inbox.open(subscriber, pool);
  await pool.share();
  const told: string[] = [];
  await subscriber.subscribe(pool.keys.demand('host'));
  subscriber.on('message', (channel: string, message: string) => {
    if (channel === pool.keys.demand('host')) told.push(message);
  });
  await pool.idle('a');
  await releaseAgent(pool.scope, await leaseIn(pool, 'wf_1'), once);
  await pool.acquireIn('wf_2');
  await leaseIn(pool, 'wf_1');
  await redis.publish(pool.keys.demand('host'), 'end');
  await redis.publish(pool.keys.grants(WORKER), JSON.stringify(['broken', '', 'end', '{}']));
  await inbox.next();
  expect(told).toEqual([pool.spec.id, pool.spec.id, 'end']);
});
