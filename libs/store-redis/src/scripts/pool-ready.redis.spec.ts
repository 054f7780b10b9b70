import { Inbox, TestPool } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { readyAgent } from './pool-ready.js';
import { retireAgent } from './pool-retire.js';
import { noteStartFailure } from './pool-start-failed.js';

const redis = testRedis();
const subscriber = testRedis('subscriber');

it('makes the agent idle where nobody waits, also when repeated', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a');
  expect(await readyAgent(pool.scope, pool.spec.id, 'a')).toBe(true);
  expect(await pool.counts()).toEqual({ creating: 0, idle: 1, leased: 0, draining: 0, retiring: 0 });
});

it('gives the agent straight to the ticket that waits longest', async () => {
  const pool = new TestPool(redis);
  const inbox = await Inbox.open(subscriber, pool);
  await pool.acquire('t');
  await pool.acquire('u');
  await pool.idle('a');
  expect(await inbox.next()).toMatchObject({ kind: 'leased', ticket: 't', lease: { agentId: 'a' } });
  expect(await pool.states()).toEqual({ a: 'leased' });
  expect((await pool.snapshot()).waiting).toBe(1);
});

it('refuses an agent that is not entered, or retires', async () => {
  const pool = new TestPool(redis);
  expect(await readyAgent(pool.scope, pool.spec.id, 'a')).toBe(false);
  await pool.enter('a');
  await retireAgent(pool.scope, pool.spec.id, 'a', 'orphan');
  expect(await readyAgent(pool.scope, pool.spec.id, 'a')).toBe(false);
  expect(await pool.states()).toEqual({ a: 'retiring' });
});

it('forgets failed starts', async () => {
  const pool = new TestPool(redis);
  const error = { code: 'AGENT_START_FAILED', message: 'no' };
  await noteStartFailure(pool.scope, pool.spec.id, 'x', {
    error,
    failures: 3,
    retryInMs: 60_000,
    broken: true,
  });
  expect(await pool.snapshot()).toMatchObject({ error, failures: 3 });
  await pool.idle('a');
  const snapshot = await pool.snapshot();
  expect(snapshot).toMatchObject({ failures: 0, retryAt: 0 });
  expect(snapshot.error).toBeUndefined();
});
