import type { Lease } from '@agentainer/pool';
import { Inbox, TestPool } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { keepLease } from './pool-keep.js';
import { readyAgent } from './pool-ready.js';
import { releaseAgent } from './pool-release.js';

const redis = testRedis();
const subscriber = testRedis('subscriber');

const once = { uses: 1, suspect: false };
/** Whether a lane may keep its agent, where others wait in line only, or in the queue, too. */
const keepsInLine = (pool: TestPool, lease: Lease) => keepLease(pool.scope, lease, 0, false);
const keeps = (pool: TestPool, lease: Lease) => keepLease(pool.scope, lease, 0, true);

const keyOf = (pool: TestPool) => pool.keys.pool(pool.spec.id, 'host');
const agentKey = (pool: TestPool, id: string) => `${keyOf(pool)}:agent:${id}`;

/** Enters an agent whose start took so long. */
async function started(pool: TestPool, id: string, tookMs: number): Promise<void> {
  await pool.enter(id);
  await redis.hincrby(agentKey(pool, id), 'createdAt', -tookMs);
  await readyAgent(pool.scope, pool.spec.id, id);
}

/** A full pool of agents whose starts took so long, each leased to the realm in its place. */
async function poolOf(realms: string[], { tookMs = 1_000, agent_concurrency = 1 } = {}) {
  const pool = new TestPool(redis, { max_size: realms.length, agent_concurrency });
  const inbox = await Inbox.open(subscriber, pool);
  const leases: Lease[] = [];
  for (const [i, realm] of realms.entries()) {
    await started(pool, `agent-${i}`, tookMs);
    leases.push(await pool.lease(undefined, undefined, realm));
  }
  return { pool, inbox, leases };
}

/** Has the tenure of all agents end. */
async function afterTenure(pool: TestPool): Promise<void> {
  for (const { id } of (await pool.snapshot()).agents) await redis.hset(agentKey(pool, id), 'tenureEnds', 1);
}

const leftTo = (pool: TestPool) => redis.hgetall(`${keyOf(pool)}:realms`);

describe('an agent whose place a lane of another realm needs', () => {
  it('is kept by its lane during its tenure, and not after it', async () => {
    const { pool, leases } = await poolOf(['a']);
    await pool.acquireIn('b', 'other');
    for (const asked of [keeps, keepsInLine]) expect(await asked(pool, leases[0]!)).toBe(true);
    await afterTenure(pool);
    for (const asked of [keeps, keepsInLine]) expect(await asked(pool, leases[0]!)).toBe(false);
  });

  it('goes to a lane of its own realm that came later, during its tenure', async () => {
    const { pool, inbox, leases } = await poolOf(['a']);
    await pool.acquireIn('b', 'other');
    await pool.acquireIn('a', 'own');
    expect(await keepsInLine(pool, leases[0]!)).toBe(false);
    await releaseAgent(pool.scope, leases[0]!, once);
    const grant = await inbox.next();
    expect(grant).toMatchObject({ ticket: 'own', lease: { agentId: 'agent-0' } });
    await afterTenure(pool);
    await pool.acquireIn('a', 'again');
    await releaseAgent(pool.scope, (grant as { lease: Lease }).lease, once);
    expect(await pool.agent('agent-0')).toMatchObject({ state: 'retiring', reason: 'reuse' });
  });

  it('makes room for more urgent lanes at once, but not where its own are as urgent', async () => {
    const { pool, inbox, leases } = await poolOf(['a']);
    await pool.acquireIn('b', 'urgent', 2);
    expect(await keepsInLine(pool, leases[0]!)).toBe(false);
    await pool.acquireIn('a', 'own', 2);
    await releaseAgent(pool.scope, leases[0]!, once);
    const grant = await inbox.next();
    expect(grant).toMatchObject({ ticket: 'own' });
    const { lease } = grant as { lease: Lease };
    expect(await keepLease(pool.scope, lease, -30_000, false)).toBe(true);
    await pool.acquireIn('a', 'later');
    await releaseAgent(pool.scope, lease, once);
    expect(await pool.agent('agent-0')).toMatchObject({ state: 'retiring', reason: 'reuse' });
  });

  it('makes room at once where nobody of its realm has work for it', async () => {
    const { pool, leases } = await poolOf(['a']);
    await pool.acquireIn('b', 'other');
    await releaseAgent(pool.scope, leases[0]!, once);
    expect(await pool.agent('agent-0')).toMatchObject({ state: 'retiring', reason: 'reuse' });
  });

  it('goes on with the tasks that run beside, and takes more of its realm', async () => {
    const { pool, leases } = await poolOf(['a'], { agent_concurrency: 2 });
    const beside = await pool.lease(undefined, undefined, 'a');
    await pool.acquireIn('b', 'other');
    await releaseAgent(pool.scope, leases[0]!, once);
    expect(await pool.agent('agent-0')).toMatchObject({ state: 'leased' });
    const more = await pool.lease(undefined, undefined, 'a');
    for (const lease of [beside, more]) await releaseAgent(pool.scope, lease, once);
    expect(await pool.agent('agent-0')).toMatchObject({ state: 'retiring', reason: 'reuse' });
  });
});

describe('a realm that has more than an even part of the pool', () => {
  it('gives place to one that has nothing after a time slice, whether that is in line or not', async () => {
    const { pool, leases } = await poolOf(['a', 'a']);
    expect(await keeps(pool, leases[0]!)).toBe(false);
    await pool.acquireIn('b', 'other');
    expect(await keepsInLine(pool, leases[0]!)).toBe(false);
    await releaseAgent(pool.scope, leases[0]!, once);
    expect(await pool.agent('agent-0')).toMatchObject({ state: 'retiring', reason: 'reuse' });
    expect(await keeps(pool, leases[1]!)).toBe(true);
  });

  it('does so with one agent, not with all that are asked while nobody took it', async () => {
    const { pool, leases } = await poolOf(['a', 'a']);
    expect(await keeps(pool, leases[0]!)).toBe(false);
    await releaseAgent(pool.scope, leases[0]!, once);
    expect(await keeps(pool, leases[1]!)).toBe(true);
  });

  it.each([
    ['two of four among two realms', ['a', 'a', 'b', 'b'], 'b', true],
    ['three of four among two realms', ['a', 'a', 'a', 'b'], 'b', false],
    ['two of three among two realms', ['a', 'a', 'b'], 'b', true],
    ['two of three among three realms', ['a', 'a', 'b'], 'c', false],
    ['one of two among three realms', ['a', 'b'], 'c', true],
  ])('%s', async (_, realms, comer, kept) => {
    const { pool, leases } = await poolOf(realms);
    await pool.acquireIn(comer, 'other');
    expect(await keepsInLine(pool, leases[0]!)).toBe(kept);
  });
});

it('makes tenure ten times as long as the start took, from when the agent is left to the realm, up to a minute', async () => {
  const pool = new TestPool(redis, { max_size: 2 });
  const tenureOf = async (id: string) => {
    const [ends, now] = [await redis.hget(agentKey(pool, id), 'tenureEnds'), (await pool.snapshot()).now];
    return Number(ends) - now;
  };
  for (const [id, took, tenure] of [
    ['quick', 2_000, 20_000],
    ['slow', 20_000, 60_000],
  ] as const) {
    await started(pool, id, took);
    await pool.lease(undefined, undefined, 'a');
    expect(await tenureOf(id)).toBeGreaterThan(tenure - 10_000);
    expect(await tenureOf(id)).toBeLessThan(tenure + 10_000);
  }
});

it('counts the agents that are left to each realm, without those that are ending', async () => {
  const { pool, leases } = await poolOf(['a', 'a', 'b']);
  expect(await leftTo(pool)).toEqual({ a: '2', b: '1' });
  await releaseAgent(pool.scope, leases[0]!, { ...once, suspect: true });
  expect(await leftTo(pool)).toEqual({ a: '1', b: '1' });
  await releaseAgent(pool.scope, leases[1]!, { uses: 0, suspect: false });
  await releaseAgent(pool.scope, leases[2]!, once);
  expect(await leftTo(pool)).toEqual({ b: '1' });
});
