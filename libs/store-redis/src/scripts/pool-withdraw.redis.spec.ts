import { Inbox, TestPool } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { releaseAgent } from './pool-release.js';
import { withdrawTicket } from './pool-withdraw.js';

const redis = testRedis();
const subscriber = testRedis('subscriber');

it('takes a waiting ticket out of line', async () => {
  const pool = new TestPool(redis);
  await Inbox.open(subscriber, pool);
  await pool.idle('a');
  const lease = await pool.lease();
  await pool.acquire('t');
  expect(await withdrawTicket(pool.scope, pool.spec.id, 't')).toBeUndefined();
  expect((await pool.snapshot()).waiting).toBe(0);
  await releaseAgent(pool.scope, lease, { uses: 0, suspect: false });
  expect(await pool.states()).toEqual({ a: 'idle' });
});

it('gives the lease where the ticket was granted in the meantime', async () => {
  const pool = new TestPool(redis);
  const inbox = await Inbox.open(subscriber, pool);
  await pool.idle('a');
  const lease = await pool.lease();
  await pool.acquire('t');
  await releaseAgent(pool.scope, lease, { uses: 0, suspect: false });
  const grant = await inbox.next();
  const withdrawn = await withdrawTicket(pool.scope, pool.spec.id, 't');
  expect({ kind: 'leased', ticket: 't', lease: withdrawn }).toEqual(grant);
  expect(await pool.states()).toEqual({ a: 'leased' });
});

it('gives nothing for an unknown ticket, nor for one whose lease has expired', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a');
  const { id } = await pool.expiredLease();
  expect(await withdrawTicket(pool.scope, pool.spec.id, id)).toBeUndefined();
  expect(await withdrawTicket(pool.scope, pool.spec.id, 'unknown')).toBeUndefined();
});
