import { Divider, type StartFailure } from '@agentainer/pool';
import { silentLogger } from '@agentainer/runtime';
import { RedisHostDirectory } from './host-directory.js';
import { RedisHostStore } from './host-store.js';
import { RedisPoolDirectory } from './pool-directory.js';
import { RedisAgentRegistry } from './pool-registry.js';
import { PoolScope } from './pool-scope.js';
import { testRedis } from './redis.fixture.js';
import { acquireAgent } from './scripts/pool-acquire.js';
import { TestPool, until } from './pool.fixture.js';
import { RedisWorkerPlaces } from './worker-places.js';

const redis = testRedis();
const subscriber = testRedis('subscriber');
let pool: TestPool;
let store: RedisHostStore;
let hosts: RedisHostDirectory;
beforeEach(async () => {
  pool = new TestPool(redis, { min_size: 1, max_size: 4 });
  store = new RedisHostStore(redis, subscriber, pool.keys, 'a');
  hosts = new RedisHostDirectory(redis, pool.keys);
  await new RedisPoolDirectory(redis, pool.keys).register(pool.spec);
});

/** A keeper's registry on that host, which says that it is there. */
async function host(name: string) {
  const registry = new RedisAgentRegistry(redis, subscriber, pool.keys, name);
  await registry.announce();
  return registry;
}
const enter = (registry: RedisAgentRegistry, id: string) => registry.create(pool.spec.id, id, `/${id}`);
const sharesOf = async () => (await store.shares([pool.spec.id], ['a', 'b']))[0]!;
const leadership = { held: true, onChange: () => () => undefined };

/** One look of a divider. */
async function divide(): Promise<void> {
  let looked = false;
  class Once extends RedisHostStore {
    override shares(poolIds: readonly string[], names: readonly string[]) {
      looked = true;
      return super.shares(poolIds, names);
    }
  }
  const divider = new Divider({
    store: new Once(redis, subscriber, pool.keys, 'a'),
    ...{ leadership, host: 'a', logger: silentLogger, intervalMs: 60_000 },
  });
  await divider.start();
  await until(() => looked);
  await divider.stop();
}

it('enters no agent on a host without a share', async () => {
  const a = await host('a');
  expect(await enter(a, 'x')).toBe(false);
  await divide();
  expect(await enter(a, 'x')).toBe(true);
});

it('divides a pool among the hosts, and gives the newcomer what the others have given up', async () => {
  const a = await host('a');
  await divide();
  for (const id of ['1', '2', '3']) await enter(a, id);
  await host('b');
  await divide();
  const shares = await sharesOf();
  expect(shares).toMatchObject([{ max_size: 2, agents: 3 }, { max_size: 1 }]);
  expect(shares.map((share) => share.min_size).sort()).toEqual([0, 1]);
  await a.remove(pool.spec.id, '1');
  await divide();
  expect(await sharesOf()).toMatchObject([{ max_size: 2, agents: 2 }, { max_size: 2 }]);
});

it('forgets a host that left, with all that it had, and gives its share to the others', async () => {
  const [a, b] = [await host('a'), await host('b')];
  await divide();
  await enter(b, 'x');
  await b.ready(pool.spec.id, 'x');
  await b.leave();
  await divide();
  expect(await sharesOf()).toMatchObject([{ max_size: 4 }, { max_size: 0, agents: 0 }]);
  expect((await b.snapshot(pool.spec.id))?.agents).toEqual([]);
  expect(await redis.keys(`${pool.keys.pool(pool.spec.id, 'b')}*`)).toEqual([]);
  expect((await hosts.list()).map(({ name }) => name)).toEqual(['a']);
  expect(await enter(a, 'y')).toBe(true);
  expect(await b.ready(pool.spec.id, 'x')).toBe(false);
});

it('does not forget a host that was heard of meanwhile', async () => {
  const b = await host('b');
  await redis.zadd(pool.keys.hosts(), 5, 'b');
  const [signs] = await store.hosts();
  await b.announce();
  await store.forget(signs!, []);
  expect((await store.hosts()).map(({ name }) => name)).toEqual(['b']);
});

it('takes the share of a host that is to be drained, and says how far it is', async () => {
  const [a] = [await host('a'), await host('b')];
  await divide();
  await enter(a, 'x');
  expect(await hosts.drain('nobody')).toBe(false);
  expect([await hosts.drain('a'), await hosts.drain('a')]).toEqual([true, true]);
  await divide();
  expect(await sharesOf()).toMatchObject([{ max_size: 0 }, { max_size: 3 }]);
  await a.announce([{ resource: 'memory', use: 0.9 }]);
  expect(await hosts.list()).toMatchObject([
    { name: 'a', state: 'draining', pressure: [{ resource: 'memory', use: 0.9 }] },
    { state: 'up', pressure: [] },
  ]);
  await a.remove(pool.spec.id, 'x');
  expect(await hosts.list()).toMatchObject([{ name: 'a', state: 'drained' }, { state: 'up' }]);
  await a.leave();
  await redis.zrem(pool.keys.hosts(), 'a');
  expect(await hosts.list()).toMatchObject([
    { state: 'up' },
    { name: 'a', state: 'drained', heardAt: undefined },
  ]);
  expect([await hosts.resume('a'), await hosts.resume('a')]).toEqual([true, false]);
});

it('tells hosts of their shares, and the divider of pools that are new', async () => {
  const told: string[] = [];
  const registry = await host('a');
  const stop = [registry.onDemand((id) => told.push(id)), store.onDemand((id) => told.push(`new ${id}`))];
  await until(async () => (await redis.publish(pool.keys.demand('a'), 'listening')) > 0);
  await store.share(pool.spec.id, 'a', { min_size: 0, max_size: 2 });
  await until(() => told.includes(pool.spec.id) && told.includes(`new ${pool.spec.id}`));
  stop.forEach((end) => end());
});

it('knows the workers of a host while they are heard of', async () => {
  const places = new RedisWorkerPlaces(redis, pool.keys, 'a');
  await host('a');
  await Promise.all([places.announce('w1'), places.announce('w2')]);
  await redis.zadd(pool.keys.workers('a'), Date.now() - 15_000, 'w0');
  expect((await places.workers()).sort()).toEqual(['w1', 'w2']);
  expect(await store.hosts()).toMatchObject([{ name: 'a', workers: 2 }]);
  await places.leave('w2');
  expect(await places.workers()).toEqual(['w1']);
  expect(await places.isOneOfSeveral()).toBe(false);
  await host('b');
  expect(await places.isOneOfSeveral()).toBe(true);
  await store.share(pool.spec.id, 'a', { min_size: 0, max_size: 2 });
  expect(await places.shares([pool.spec.id, 'other'])).toEqual([2, 0]);
});

describe('where agents start on some hosts alone', () => {
  const error = { code: 'IMAGE_NOT_FOUND', message: 'no' };
  const failed = (more: Partial<StartFailure> = {}) => ({
    ...{ error, failures: 1, retryInMs: 60_000, broken: true },
    ...more,
  });
  const worker = (name: string) => new RedisWorkerPlaces(redis, pool.keys, name).announce('w');

  it('others have the share of a host where they do not, until they do', async () => {
    const [a] = [await host('a'), await host('b')];
    await divide();
    await a.startFailed(pool.spec.id, undefined, failed());
    await divide();
    expect(await sharesOf()).toMatchObject([
      { max_size: 0, onTrial: true, trouble: 'starts_fail' },
      { max_size: 4, onTrial: false },
    ]);
    expect(await a.snapshot(pool.spec.id)).toMatchObject({ onTrial: true, share: { max_size: 0 } });
    await hosts.drain('a');
    await divide();
    expect(await sharesOf()).toMatchObject([{ max_size: 0, onTrial: false }, { max_size: 4 }]);
    await hosts.resume('a');
    await a.mended(pool.spec.id);
    await divide();
    expect(await sharesOf()).toMatchObject([{ max_size: 2, onTrial: false }, { max_size: 2 }]);
    expect((await a.snapshot(pool.spec.id))!.error).toBeUndefined();
  });

  it('all keep theirs where they start nowhere, and while an engine is only just away', async () => {
    const [a, b] = [await host('a'), await host('b')];
    const away = { error: { ...error, code: 'ENGINE_AWAY' }, broken: false };
    await a.startFailed(pool.spec.id, undefined, failed(away));
    await divide();
    expect(await sharesOf()).toMatchObject([{ max_size: 2, trouble: 'engine_away' }, { max_size: 2 }]);
    for (const one of [a, b]) await one.startFailed(pool.spec.id, undefined, failed());
    await divide();
    expect(await sharesOf()).toMatchObject([{ max_size: 2 }, { max_size: 2 }]);
  });

  it('lanes are told to give up only where agents start on no other host that could have them', async () => {
    const [a, b] = [await host('a'), await host('b')];
    const scope = new PoolScope(redis, pool.keys, 'a');
    const ask = () =>
      acquireAgent(scope, 'w', { poolId: pool.spec.id, ticket: 't', realm: '', ttlMs: 1_000, behindMs: 0 });
    await a.startFailed(pool.spec.id, undefined, failed());
    expect(await ask()).toEqual({ kind: 'broken', error });
    await worker('b');
    await a.startFailed(pool.spec.id, undefined, failed());
    expect(await ask()).toEqual({ kind: 'queued' });
    await hosts.drain('b');
    await a.startFailed(pool.spec.id, undefined, failed());
    expect(await ask()).toEqual({ kind: 'broken', error });
    await hosts.resume('b');
    await b.startFailed(pool.spec.id, undefined, failed());
    await a.startFailed(pool.spec.id, undefined, failed());
    expect(await ask()).toEqual({ kind: 'broken', error });
  });
});
