import { DEFAULT_PERMISSIONS, type PoolSpec } from '@agentainer/core';
import { AgentStartError } from '@agentainer/pool';
import { RedisPoolOutlook } from '@agentainer/store-redis';
import { TestHost, until } from './keeper.fixture.js';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.open();
});
afterEach(() => host.close());

/** Whether people are told that the image of a pool is being pulled. */
async function isPulled({ id }: PoolSpec): Promise<boolean> {
  const { pools } = await new RedisPoolOutlook(host.redis, host.keys).outlook([{ pool: id, realm: '' }]);
  return pools[0]!.pullingUntil > Date.now();
}

it('has images pulled before agents are started, as their pools want it', async () => {
  let release!: () => void;
  const gate = new Promise<void>((resolve) => (release = resolve));
  host.driver.onPull = () => gate;
  const never = await host.pool({ min_size: 1 }, 'never');
  const missing = await host.pool({ min_size: 2, pull: 'if_missing' }, 'missing');
  await host.keeper();
  await host.idle(never, 1);
  await until(() => host.driver.pulled.length > 0);
  await host.redis.publish(host.keys.demand('host-1'), missing.id);
  expect(await host.agents(missing)).toEqual([]);
  expect(await isPulled(missing)).toBe(true);
  release();
  await host.idle(missing, 2);
  expect(await isPulled(missing)).toBe(false);
  const always = await host.pool({ min_size: 1, pull: 'always' }, 'always');
  await host.idle(always, 1);
  expect(host.driver.pulled).toEqual([
    { image: 'missing', digest: undefined, always: false },
    { image: 'always', digest: undefined, always: true },
  ]);
});

it('starts nothing and tells lanes why where an image cannot be pulled, and goes on once it can', async () => {
  const fails = (code: 'IMAGE_NOT_FOUND' | 'IMAGE_PULL_FAILED') => () =>
    Promise.reject(new AgentStartError(code, 'no'));
  host.driver.onPull = fails('IMAGE_NOT_FOUND');
  const pool = await host.pool({ pull: 'if_missing' });
  await host.keeper();
  expect(await host.lease(pool)).toMatchObject({
    kind: 'broken',
    error: { code: 'IMAGE_NOT_FOUND', message: 'no' },
  });
  host.driver.onPull = fails('IMAGE_PULL_FAILED');
  const other = await host.pool({ pull: 'if_missing' }, 'other');
  const waiting = host.lease(other);
  const failures = async () => (await host.registry.snapshot(other.id))!.failures;
  for (const count of [1, 2]) {
    await until(async () => (await failures()) === count);
    await host.retryNow(other);
  }
  expect(await waiting).toMatchObject({ kind: 'broken', error: { code: 'IMAGE_PULL_FAILED' } });
  expect(host.driver.agents.size).toBe(0);
  host.driver.onPull = () => Promise.resolve();
  await host.retryNow(pool);
  await host.leased(pool);
});

it('pulls nothing that may not be used', async () => {
  const permissions = { ...DEFAULT_PERMISSIONS, images: ['ours/*'] };
  const pool = await host.pool({ pull: 'always' }, 'theirs/tool');
  await host.keeper(undefined, { permissions });
  expect(await host.lease(pool)).toMatchObject({ kind: 'broken', error: { code: 'AGENT_REFUSED' } });
  expect(host.driver.pulled).toEqual([]);
});
