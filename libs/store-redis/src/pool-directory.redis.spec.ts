import { RedisPoolDirectory } from './pool-directory.js';
import { RedisAgentRegistry } from './pool-registry.js';
import { TestPool, until } from './pool.fixture.js';
import { testRedis } from './redis.fixture.js';

const failure = {
  error: { code: 'IMAGE_NOT_FOUND', message: 'no such image' },
  failures: 1,
  retryInMs: 60_000,
  broken: true,
};

const redis = testRedis();
const subscriber = testRedis('subscriber');
let pool: TestPool;
let directory: RedisPoolDirectory;
let registry: RedisAgentRegistry;
beforeEach(() => {
  pool = new TestPool(redis);
  directory = new RedisPoolDirectory(redis, pool.keys);
  registry = new RedisAgentRegistry(redis, subscriber, pool.keys, 'host');
});

const other = () => new RedisAgentRegistry(redis, subscriber, pool.keys, 'other');

it('makes a pool known to the keepers of all hosts, once', async () => {
  const told: string[] = [];
  const stop = [
    registry.onDemand((id) => told.push(`host ${id}`)),
    other().onDemand((id) => told.push(`other ${id}`)),
  ];
  await registry.announce();
  await other().announce();
  await directory.register(pool.spec);
  await directory.register(pool.spec);
  await until(() => told.length === 2);
  await redis.publish(pool.keys.demand('host'), 'end');
  await until(() => told.includes('host end'));
  expect(told.sort()).toEqual([`host ${pool.spec.id}`, 'host end', `other ${pool.spec.id}`].sort());
  expect(await registry.pools()).toEqual([pool.spec]);
  stop.forEach((end) => end());
});

it('asks all live hosts for a whole pool ahead of need', async () => {
  await directory.register(pool.spec);
  await registry.announce();
  await redis.zadd(pool.keys.hosts(), Date.now() - 60_000, 'other');
  await directory.warm(pool.spec.id);
  expect(await registry.snapshot(pool.spec.id)).toMatchObject({ warm: 4 });
  expect(await other().snapshot(pool.spec.id)).toMatchObject({ warm: 0 });
  await directory.warm('unknown');
});

it('reads how each pool stands on each live host', async () => {
  await directory.register(pool.spec);
  await registry.announce();
  await other().announce();
  await pool.idle('a', 'b');
  await pool.lease();
  await other().startFailed(pool.spec.id, 'x', failure);
  const { id, image, config } = pool.spec;
  const ofPool = { id, image, config, drained: false, size: { min_size: 0, max_size: 4 } };
  const nobody = { creating: 0, idle: 0, leased: 0, cleaning: 0, draining: 0, retiring: 0 };
  expect(await directory.list()).toEqual([
    {
      ...ofPool,
      host: 'host',
      share: { min_size: 0, max_size: 4 },
      agents: { ...nobody, idle: 1, leased: 1 },
      waiting: 0,
      served: 0,
      retryAt: 0,
      deaths: [],
    },
    {
      ...{
        ...ofPool,
        host: 'other',
        share: { min_size: 0, max_size: 0 },
        agents: nobody,
        waiting: 0,
        served: 0,
      },
      error: failure.error,
      retryAt: expect.any(Number),
      deaths: [],
    },
  ]);
  await registry.leave();
  expect((await directory.list()).map((status) => status.host)).toEqual(['other']);
});

it('passes over records that are no specs', async () => {
  await directory.register(pool.spec);
  for (const [i, text] of [
    '',
    'null',
    '{',
    '[]',
    '{"id":"x","image":"y","config":{"min_size":"1"}}',
  ].entries())
    await redis.hset(pool.keys.pools(), `bad-${i}`, text);
  await registry.announce();
  expect(await registry.pools()).toEqual([pool.spec]);
  expect(await directory.list()).toHaveLength(1);
  expect(await registry.snapshot('bad-1')).toBeUndefined();
  expect(await registry.create('bad-1', 'a', '/agents/a')).toBe(false);
});
