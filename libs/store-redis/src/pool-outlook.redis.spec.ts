import { RedisHostDirectory } from './host-directory.js';
import { TestPool } from './pool.fixture.js';
import { RedisPoolDirectory } from './pool-directory.js';
import { RedisPoolOutlook } from './pool-outlook.js';
import { RedisAgentRegistry } from './pool-registry.js';
import { testRedis } from './redis.fixture.js';
import { releaseAgent } from './scripts/pool-release.js';
import { RedisWorkerPlaces } from './worker-places.js';

const redis = testRedis();
const subscriber = testRedis('subscriber');
let pool: TestPool;
let registry: RedisAgentRegistry;
beforeEach(async () => {
  pool = new TestPool(redis);
  registry = new RedisAgentRegistry(redis, subscriber, pool.keys, 'host');
  await registry.announce([]);
});

const look = (...realms: string[]) =>
  new RedisPoolOutlook(redis, pool.keys).outlook(realms.map((realm) => ({ pool: pool.spec.id, realm })));
const release = async (ticket: string, realm: string) =>
  releaseAgent(pool.scope, await pool.lease(ticket, undefined, realm), { uses: 1, suspect: false });

it('tells hosts that were heard of, their workers, and whether they are drained or under pressure', async () => {
  const hosts = async () => (await look()).hosts;
  const usual = { name: 'host', workers: 0, isDrained: false, pressure: [] };
  expect(await hosts()).toEqual([usual]);
  await new RedisWorkerPlaces(redis, pool.keys, 'host').announce('w');
  const pressure = [{ resource: 'disk' as const, directory: '/var/lib/docker', use: 0.97 }];
  await registry.announce(pressure);
  await new RedisHostDirectory(redis, pool.keys).drain('host');
  expect(await hosts()).toEqual([{ ...usual, workers: 1, isDrained: true, pressure }]);
  await registry.announce([]);
  expect(await hosts()).toMatchObject([{ pressure: [] }]);
  await registry.leave();
  expect(await hosts()).toEqual([]);
});

it('tells of the idle agents which realm they may serve', async () => {
  await pool.idle('a', 'b', 'c');
  await release('t', 'mine');
  await release('u', 'mine');
  const { pools } = await look('mine', 'others', '');
  expect(pools).toMatchObject([
    {
      ...{ id: pool.spec.id, host: 'host', drained: false, waiting: 0, failures: 0 },
      ...{ share: { max_size: pool.spec.config.max_size }, agents: { idle: 3, leased: 0 } },
    },
  ]);
  expect([...pools[0]!.idleFor]).toEqual([
    ['mine', 3],
    ['others', 2],
    ['', 2],
  ]);
});

it('tells why starts failed, that an image is pulled, and what an operator has decided', async () => {
  const error = { code: 'IMAGE_PULL_FAILED', message: 'no' };
  const failure = { error, failures: 2, retryInMs: 60_000, broken: false };
  await registry.startFailed(pool.spec.id, undefined, failure);
  expect((await look('')).pools).toMatchObject([{ error, failures: 2, pullingUntil: 0 }]);
  await registry.pulling(pool.spec.id, 60_000);
  const [now] = await redis.time();
  expect((await look('')).pools[0]!.pullingUntil).toBeGreaterThan(Number(now) * 1_000);
  await registry.pulling(pool.spec.id, 0);
  await new RedisPoolDirectory(redis, pool.keys).override(pool.spec.id, { drained: true });
  expect((await look('')).pools).toMatchObject([{ pullingUntil: 0, drained: true }]);
});
