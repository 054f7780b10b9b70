import type { LeaseEnding } from '@agentainer/pool';
import { Inbox, TestPool, until } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { cleanedAgent } from './pool-cleaned.js';
import { releaseAgent } from './pool-release.js';
import { retireAgent } from './pool-retire.js';

const redis = testRedis();
const subscriber = testRedis('subscriber');

/** A pool whose one agent was given back by a realm like that. */
async function givenBack(ending: Partial<LeaseEnding>, max_size = 1) {
  const pool = new TestPool(redis, { max_size });
  await pool.idle('a');
  await releaseAgent(pool.scope, await pool.lease('t', undefined, 'wf_1'), {
    uses: 1,
    suspect: false,
    ...ending,
  });
  return { pool, cleaned: () => cleanedAgent(pool.scope, pool.spec.id, 'a') };
}
const unknown = { traces: 'unknown' } as const;

it('is not used again where something is left of its tasks', async () => {
  const { pool } = await givenBack({ traces: 'left' });
  expect(await pool.agent('a')).toMatchObject({ state: 'retiring', reason: 'unclean' });
});

it('waits to be looked at where nobody knows, and tells the keeper', async () => {
  const told: string[] = [];
  const pool = new TestPool(redis);
  await subscriber.subscribe(pool.keys.demand('host'));
  subscriber.on('message', (channel: string, message: string) => {
    if (channel === pool.keys.demand('host')) told.push(message);
  });
  await pool.idle('a');
  await releaseAgent(pool.scope, await pool.lease(), { uses: 1, suspect: false, ...unknown });
  await until(() => told.includes(pool.spec.id));
  expect(await pool.states()).toEqual({ a: 'cleaning' });
  expect(await pool.acquire()).toEqual({ kind: 'queued' });
  expect(await pool.counts()).toMatchObject({ idle: 0, leased: 0, cleaning: 1 });
});

it('needs no look where no task ran on it', async () => {
  for (const traces of ['unknown', 'left'] as const) {
    const { pool } = await givenBack({ uses: 0, traces });
    expect(await pool.states()).toEqual({ a: 'idle' });
  }
});

it('goes back to its realm once it was found clean', async () => {
  const { pool, cleaned } = await givenBack(unknown);
  expect(await cleaned()).toBe(true);
  expect(await cleaned()).toBe(false);
  expect(await pool.agent('a')).toMatchObject({ state: 'idle', realm: 'wf_1' });
  expect(await pool.acquireIn('wf_2')).toEqual({ kind: 'queued' });
  expect((await pool.lease('u', undefined, 'wf_1')).agentId).toBe('a');
});

it('goes to a lane that waits, or makes room for one of another realm', async () => {
  const waits = await givenBack(unknown, 2);
  const inbox = await Inbox.open(subscriber, waits.pool);
  await waits.pool.acquireIn('wf_2', 'other');
  await waits.pool.acquireIn('wf_1', 'own');
  await waits.cleaned();
  expect(await inbox.next()).toMatchObject({ ticket: 'own', lease: { agentId: 'a' } });

  const full = await givenBack(unknown);
  await full.pool.acquireIn('wf_2');
  await full.cleaned();
  expect(await full.pool.agent('a')).toMatchObject({ state: 'retiring', reason: 'reuse' });
});

it('may be retired instead', async () => {
  const { pool, cleaned } = await givenBack(unknown);
  expect(await retireAgent(pool.scope, pool.spec.id, 'a', 'unclean')).toBe(true);
  expect(await cleaned()).toBe(false);
  expect(await pool.states()).toEqual({ a: 'retiring' });
});
