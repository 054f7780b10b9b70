import type { Lease } from '@agentainer/pool';
import { Inbox, TestPool, until } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { cleanedAgent } from './pool-cleaned.js';
import { drainAgent } from './pool-drain.js';
import { keepLease } from './pool-keep.js';
import { readyAgent } from './pool-ready.js';
import { releaseAgent } from './pool-release.js';
import { removeAgent } from './pool-remove.js';
import { renewLease } from './pool-renew.js';
import { retireAgent } from './pool-retire.js';

const redis = testRedis();
const subscriber = testRedis('subscriber');

const once = { uses: 1, suspect: false };
const leaseIn = (pool: TestPool, realm: string) => pool.lease(undefined, undefined, realm);

/** A pool whose agents, one unless said otherwise, serve three tasks at once. */
async function poolOfThree(config: Parameters<typeof poolWith>[0] = {}, ...agents: string[]) {
  return poolWith({ agent_concurrency: 3, ...config }, ...agents);
}
async function poolWith(config: ConstructorParameters<typeof TestPool>[1], ...agents: string[]) {
  const pool = new TestPool(redis, config);
  await pool.idle(...(agents.length > 0 ? agents : ['a']));
  return pool;
}
async function leases(pool: TestPool, count: number, realm = ''): Promise<Lease[]> {
  const taken: Lease[] = [];
  for (let i = 0; i < count; i++) taken.push(await leaseIn(pool, realm));
  return taken;
}

describe('an agent that serves several tasks at once', () => {
  it('is leased so often, each time with another slot and a higher epoch', async () => {
    const pool = await poolOfThree();
    const [first, second, third] = await leases(pool, 3);
    expect([first!.slot, second!.slot, third!.slot]).toEqual([0, 1, 2]);
    expect(second!.epoch).toBeGreaterThan(first!.epoch);
    expect(third!.epoch).toBeGreaterThan(second!.epoch);
    expect(await pool.acquire()).toEqual({ kind: 'queued' });
    expect(await pool.counts()).toMatchObject({ idle: 0, leased: 1 });
  });

  it('gives a slot that is free again to the lane that waits, and stays leased until all are', async () => {
    const pool = await poolOfThree();
    const inbox = await Inbox.open(subscriber, pool);
    const taken = await leases(pool, 3);
    await pool.acquire('waits');
    expect(await releaseAgent(pool.scope, taken[1]!, once)).toBe(true);
    const grant = await inbox.next();
    expect(grant).toMatchObject({ ticket: 'waits', lease: { agentId: 'a', slot: 1, uses: 1 } });
    if (grant.kind !== 'leased') throw new Error('not granted');
    for (const lease of [taken[0]!, taken[2]!]) await releaseAgent(pool.scope, lease, once);
    expect(await pool.states()).toEqual({ a: 'leased' });
    await releaseAgent(pool.scope, grant.lease, once);
    expect(await pool.agent('a')).toMatchObject({ state: 'idle', uses: 4, leases: [] });
  });

  it('takes as many lanes at its start as wait and as it can', async () => {
    const pool = new TestPool(redis, { agent_concurrency: 3 });
    const inbox = await Inbox.open(subscriber, pool);
    await pool.enter('a');
    for (let i = 0; i < 4; i++) await pool.acquire(`lane-${i}`);
    await readyAgent(pool.scope, pool.spec.id, 'a');
    await until(() => inbox.grants.length === 3);
    expect(inbox.grants.map((grant) => grant.ticket)).toEqual(['lane-0', 'lane-1', 'lane-2']);
    expect((await pool.snapshot()).waiting).toBe(1);
  });

  it('takes its turn after those that do nothing yet', async () => {
    const pool = await poolOfThree({}, 'a', 'b');
    const taken = await leases(pool, 4);
    expect(taken.map((lease) => lease.agentId)).toEqual(['b', 'a', 'b', 'a']);
  });

  it('renews each lease by itself', async () => {
    const pool = await poolOfThree();
    const [first, second] = await leases(pool, 2);
    expect(await renewLease(pool.scope, second!, 60_000)).toBe(true);
    const ends = (await pool.agent('a')).leases;
    expect(ends[1]! - ends[0]!).toBeGreaterThan(40_000);
    await releaseAgent(pool.scope, first!, once);
    expect(await renewLease(pool.scope, first!, 60_000)).toBe(false);
    expect(await renewLease(pool.scope, second!, 60_000)).toBe(true);
  });

  it('answers a ticket that asks again with the lease that it has', async () => {
    const pool = await poolOfThree();
    const [first, second] = [await pool.lease('one'), await pool.lease('two')];
    expect([await pool.lease('one'), await pool.lease('two')]).toEqual([first, second]);
    expect((await pool.agent('a')).leases).toHaveLength(2);
  });

  it('serves one realm at a time', async () => {
    const pool = await poolOfThree({}, 'a');
    const mine = await leaseIn(pool, 'wf_1');
    expect(await pool.acquireIn('wf_2')).toEqual({ kind: 'queued' });
    expect((await leaseIn(pool, 'wf_1')).agentId).toBe(mine.agentId);
  });

  it('is left to everybody where no task ran under any of its leases', async () => {
    const pool = await poolOfThree();
    for (const lease of await leases(pool, 2, 'wf_1'))
      await releaseAgent(pool.scope, lease, { uses: 0, suspect: false });
    expect((await leaseIn(pool, 'wf_2')).agentId).toBe('a');
    expect(await pool.acquireIn('wf_1')).toEqual({ kind: 'queued' });
  });

  it('makes room, when its tasks have ended, for lanes that it may not serve and that wait longest', async () => {
    const pool = await poolOfThree({ max_size: 1 });
    const [first, second] = await leases(pool, 2, 'wf_1');
    await pool.acquireIn('wf_2', 'other');
    await releaseAgent(pool.scope, first!, once);
    expect(await pool.agent('a')).toMatchObject({ state: 'draining', reason: 'reuse' });
    expect(await pool.acquireIn('wf_1')).toEqual({ kind: 'queued' });
    await releaseAgent(pool.scope, second!, once);
    expect(await pool.states()).toEqual({ a: 'retiring' });
  });
});

it('is in the way of as many lanes only as the agents that may be started cannot serve', async () => {
  const pool = await poolOfThree({ max_size: 2 });
  const held = await leaseIn(pool, 'wf_1');
  for (const lane of ['one', 'two', 'three']) await pool.acquireIn('wf_2', lane);
  expect(await keepLease(pool.scope, held, 0, false)).toBe(true);
  await pool.acquireIn('wf_2', 'four');
  expect(await keepLease(pool.scope, held, 0, false)).toBe(false);
});

describe('what ends an agent that serves several tasks at once', () => {
  it.each([
    ['suspect', { uses: 1, suspect: true }],
    ['unclean', { uses: 1, suspect: false, traces: 'left' as const }],
  ])('waits for the tasks that run beside: %s', async (reason, ending) => {
    const pool = await poolOfThree();
    const [first, second, third] = await leases(pool, 3);
    await releaseAgent(pool.scope, first!, ending);
    expect(await pool.agent('a')).toMatchObject({ state: 'draining', reason });
    await releaseAgent(pool.scope, second!, { uses: 1, suspect: true });
    expect(await pool.acquire()).toEqual({ kind: 'queued' });
    expect(await pool.states()).toEqual({ a: 'draining' });
    await releaseAgent(pool.scope, third!, once);
    expect(await pool.agent('a')).toMatchObject({ state: 'retiring', reason, uses: 3, leases: [] });
  });

  it('is decided once where an operator drains it: each lease goes on', async () => {
    const pool = await poolOfThree();
    const [first, second] = await leases(pool, 2);
    expect(await drainAgent(pool.scope, pool.spec.id, 'a', 'memory')).toBe(true);
    expect(await renewLease(pool.scope, first!, 1_000)).toBe(true);
    await releaseAgent(pool.scope, second!, once);
    expect(await pool.states()).toEqual({ a: 'draining' });
    await releaseAgent(pool.scope, first!, once);
    expect(await pool.states()).toEqual({ a: 'retiring' });
  });

  it('leaves it alone while one lease holds, though others have expired', async () => {
    const pool = await poolOfThree();
    await pool.lease('short', 1);
    const held = await pool.lease('long');
    await until(async () => (await pool.snapshot()).now > (await pool.agent('a')).leases[0]!);
    expect(await retireAgent(pool.scope, pool.spec.id, 'a', 'lease_expired')).toBe(false);
    await releaseAgent(pool.scope, held, once);
    expect(await retireAgent(pool.scope, pool.spec.id, 'a', 'lease_expired')).toBe(true);
  });

  it('takes all its leases along where it is gone', async () => {
    const pool = await poolOfThree();
    const taken = await leases(pool, 2);
    await removeAgent(pool.scope, pool.spec.id, 'a');
    for (const lease of taken) expect(await renewLease(pool.scope, lease, 1_000)).toBe(false);
    expect(await redis.keys(`${pool.keys.pool(pool.spec.id, 'host')}:*`)).toEqual([]);
  });

  it('never lets it run more tasks than it may, however they are spread over leases', async () => {
    const pool = await poolOfThree({ max_agent_uses: 7 });
    let ran = 0;
    for (let turn = 0; turn < 7 && (await pool.states()).a !== 'retiring'; turn++) {
      const taken: Lease[] = [];
      for (let answer = await pool.acquire(); answer.kind === 'leased'; answer = await pool.acquire())
        taken.push(answer.lease);
      for (const lease of taken) {
        ran += lease.usesLeft;
        await releaseAgent(pool.scope, lease, { uses: lease.usesLeft, suspect: false });
      }
    }
    expect(ran).toBe(7);
    expect(await pool.agent('a')).toMatchObject({ state: 'retiring', reason: 'max_uses', uses: 7 });
  });
});

it('has its host look at an agent when nothing runs beside, whichever task may have left something', async () => {
  const pool = await poolOfThree();
  const [first, second] = await leases(pool, 2);
  await releaseAgent(pool.scope, first!, { ...once, traces: 'unknown' });
  expect(await pool.states()).toEqual({ a: 'leased' });
  await releaseAgent(pool.scope, second!, once);
  expect(await pool.states()).toEqual({ a: 'cleaning' });
  await cleanedAgent(pool.scope, pool.spec.id, 'a');
  await releaseAgent(pool.scope, await pool.lease(), once);
  expect(await pool.states()).toEqual({ a: 'idle' });
});
