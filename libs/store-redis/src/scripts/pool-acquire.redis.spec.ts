import { Inbox, TestPool, TTL_MS, until } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { releaseAgent } from './pool-release.js';
import { noteStartFailure } from './pool-start-failed.js';

const redis = testRedis();
const subscriber = testRedis('subscriber');

const failure = {
  error: { code: 'IMAGE_NOT_FOUND', message: 'no such image' },
  failures: 1,
  retryInMs: 60_000,
  broken: true,
};

it('leases the agent that became idle last', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a', 'b');
  const { now } = await pool.snapshot();
  const lease = await pool.lease('t');
  expect(lease).toEqual({
    id: 't',
    poolId: pool.spec.id,
    agentId: 'b',
    epoch: expect.any(Number),
    directory: '/agents/b',
    usesLeft: 100,
    uses: 0,
    slot: 0,
  });
  expect(lease.epoch).toBeGreaterThanOrEqual(now);
  expect(await pool.states()).toEqual({ a: 'idle', b: 'leased' });
  const agent = await pool.agent('b');
  expect(agent.leases).toEqual([agent.since + TTL_MS]);
});

it('takes one command where an agent is idle', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a');
  await pool.acquire();
  await pool.idle('b');
  const sent: string[] = [];
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (command, ...rest) => {
    sent.push(command.name);
    return send(command, ...rest);
  };
  try {
    expect((await pool.acquire()).kind).toBe('leased');
  } finally {
    redis.sendCommand = send;
  }
  expect(sent).toEqual(['evalsha']);
});

it('gives a later lease of the same agent a higher epoch, even where the clock stands still', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a');
  let last = 0;
  for (let round = 0; round < 5; round++) {
    const lease = await pool.lease();
    expect(lease.epoch).toBeGreaterThan(last);
    last = lease.epoch;
    await releaseAgent(pool.scope, lease, { uses: 0, suspect: false });
  }
  await redis.hset(`${pool.keys.pool(pool.spec.id, 'host')}:agent:a`, 'epoch', '9000000000000');
  expect((await pool.lease()).epoch).toBe(9_000_000_000_001);
});

it('answers a repeated ticket with the lease it has', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a', 'b');
  const lease = await pool.lease('t');
  expect(await pool.lease('t')).toEqual(lease);
  expect(await pool.states()).toEqual({ a: 'idle', b: 'leased' });
});

it('leaves a repeated ticket where it stands in line', async () => {
  const pool = new TestPool(redis);
  for (const ticket of ['t', 'u', 't']) expect(await pool.acquire(ticket)).toEqual({ kind: 'queued' });
  expect((await pool.snapshot()).waiting).toBe(2);
});

it('gives a repeated ticket another agent once its lease has expired', async () => {
  const pool = new TestPool(redis);
  await pool.idle('a');
  const expired = await pool.expiredLease();
  await pool.idle('b');
  expect((await pool.lease(expired.id)).agentId).toBe('b');
  expect((await pool.lease(expired.id)).agentId).toBe('b');
});

it('tells the keeper that a lane waits, unless the pool has all the agents it may have', async () => {
  const pool = new TestPool(redis, { max_size: 1 });
  await pool.share();
  const told: string[] = [];
  await subscriber.subscribe(pool.keys.demand('host'));
  subscriber.on('message', (channel: string, message: string) => {
    if (channel === pool.keys.demand('host')) told.push(message);
  });
  await pool.acquire('t');
  await until(() => told.length === 1);
  await Inbox.open(subscriber, pool);
  await pool.idle('a');
  await pool.acquire('u');
  await redis.publish(pool.keys.demand('host'), 'end');
  await until(() => told.at(-1) === 'end');
  expect(told).toEqual([pool.spec.id, 'end']);
});

it('says that the pool is broken until the next try, as long as it has no agent', async () => {
  const pool = new TestPool(redis);
  await noteStartFailure(pool.scope, pool.spec.id, 'x', failure);
  expect(await pool.acquire()).toEqual({ kind: 'broken', error: failure.error });
  await pool.idle('a');
  await noteStartFailure(pool.scope, pool.spec.id, 'x', failure);
  await pool.lease();
  expect(await pool.acquire()).toEqual({ kind: 'queued' });
});

it('puts tickets in line again when the next try is due', async () => {
  const pool = new TestPool(redis);
  await noteStartFailure(pool.scope, pool.spec.id, 'x', { ...failure, retryInMs: 0 });
  expect(await pool.acquire()).toEqual({ kind: 'queued' });
});
