import { RedisPoolDirectory } from './pool-directory.js';
import { RedisHostStore } from './host-store.js';
import { RedisAgentRegistry } from './pool-registry.js';
import { TestPool, until } from './pool.fixture.js';
import { testRedis } from './redis.fixture.js';

const redis = testRedis();
const subscriber = testRedis('subscriber');
let pool: TestPool;
let directory: RedisPoolDirectory;
let registry: RedisAgentRegistry;
let hosts: RedisHostStore;
beforeEach(async () => {
  pool = new TestPool(redis, { min_size: 1 });
  directory = new RedisPoolDirectory(redis, pool.keys);
  registry = new RedisAgentRegistry(redis, subscriber, pool.keys, 'host');
  hosts = new RedisHostStore(redis, subscriber, pool.keys, 'host');
  await directory.register(pool.spec);
  await registry.announce();
});

const change = (said: Parameters<RedisPoolDirectory['override']>[1]) =>
  directory.override(pool.spec.id, said);

const divided = async () => (await hosts.pools())[0]!.config;

it('outweigh what the configuration says, for who divides pools and for people, until they are taken back', async () => {
  await change({ min_size: 2 });
  await change({ max_size: 9 });
  expect(await divided()).toEqual({ ...pool.spec.config, min_size: 2, max_size: 9 });
  await change({ drained: true });
  expect(await divided()).toMatchObject({ min_size: 0, max_size: 0 });
  const shown = { drained: true, size: { min_size: 2, max_size: 9 }, config: pool.spec.config };
  expect(await directory.list()).toMatchObject([shown]);
  expect(await directory.get(pool.spec.id)).toMatchObject({
    ...shown,
    override: { drained: true, min_size: 2, max_size: 9 },
    hosts: [{ host: 'host' }],
  });
  await change({ drained: null, min_size: null, max_size: null });
  expect(await divided()).toEqual(pool.spec.config);
  expect((await directory.get(pool.spec.id))!.override).toEqual({ drained: false });
  expect(await redis.exists(pool.keys.poolOverrides())).toBe(0);
  // What a pool is stays what its definition says.
  expect(await registry.pools()).toEqual([pool.spec]);
});

it('are of no other pool, and nothing to a pool that is not known', async () => {
  const other = new TestPool(redis, { max_size: 3 });
  await directory.register(other.spec);
  await change({ max_size: 1 });
  expect((await directory.get(other.spec.id))!.size.max_size).toBe(3);
  expect(await directory.get('nobody')).toBeUndefined();
});

it('keep a pool known that nobody asks for', async () => {
  await until(async () => (await directory.unused(0)).includes(pool.spec.id));
  await change({ max_size: 2 });
  expect(await directory.unused(0)).toEqual([]);
  await change({ max_size: null });
  expect(await directory.unused(0)).toEqual([pool.spec.id]);
});

it('warm so many agents up on all hosts together that have a share', async () => {
  const other = new RedisAgentRegistry(redis, subscriber, pool.keys, 'other');
  const drained = new RedisAgentRegistry(redis, subscriber, pool.keys, 'drained');
  await Promise.all([other.announce(), drained.announce()]);
  await hosts.share(pool.spec.id, 'host', { min_size: 0, max_size: 2 });
  await hosts.share(pool.spec.id, 'other', { min_size: 0, max_size: 2 });
  await directory.warm(pool.spec.id, 3, 60_000);
  const snapshots = await Promise.all([registry, other, drained].map((one) => one.snapshot(pool.spec.id)));
  const warm = snapshots.map((snapshot) => snapshot!.warm);
  expect(warm.slice(0, 2).sort()).toEqual([1, 2]);
  expect(warm[2]).toBe(0);
  expect(snapshots[0]!.warmUntil - snapshots[0]!.now).toBeGreaterThan(30_000);
});
