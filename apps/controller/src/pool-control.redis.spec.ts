import { Divider, PoolControl } from '@agentainer/pool';
import { silentLogger } from '@agentainer/runtime';
import { FakeLeadership, HOST, TestHost, until } from './keeper.fixture.js';

let host: TestHost;
let control: PoolControl;
let divider: Divider;
beforeEach(async () => {
  host = await TestHost.open();
  control = new PoolControl(host.pools);
  const parts = { store: host.hosts, leadership: new FakeLeadership(), host: HOST, logger: silentLogger };
  divider = new Divider({ ...parts, intervalMs: 20 });
  await divider.start();
});
afterEach(async () => {
  await divider.stop();
  await host.close();
});

const fine = { uses: 1, suspect: false };

it('drains a pool: its agents end, those that work when they are given back, and come again once it is resumed', async () => {
  const pool = await host.pool({ min_size: 2, max_size: 2 });
  await host.keeper();
  await host.idle(pool, 2);
  const held = await host.leased(pool);
  await control.drain(pool.id);
  await until(() => host.retired.length === 1);
  expect(await host.agents(pool)).toMatchObject([{ id: held.lease.agentId, state: 'leased' }]);
  expect(held.lost.aborted).toBe(false);
  await host.leaser.release(held, fine);
  await until(async () => (await host.agents(pool)).length === 0);
  expect(host.retired).toEqual(['surplus', 'surplus']);
  expect(host.driver.agents.size).toBe(0);
  await control.resume(pool.id);
  await host.idle(pool, 2);
});

it('makes a pool smaller, idle agents first, and larger again', async () => {
  const pool = await host.pool({ min_size: 3, max_size: 3 });
  await host.keeper();
  await host.idle(pool, 3);
  const [first, second] = [await host.leased(pool), await host.leased(pool)];
  await control.resize(pool.id, { min_size: 0, max_size: 1 });
  await until(async () => (await host.agents(pool)).length === 2);
  await host.leaser.release(first, fine);
  await until(async () => (await host.agents(pool)).length === 1);
  expect(await host.agents(pool)).toMatchObject([{ id: second.lease.agentId, state: 'leased' }]);
  await control.resize(pool.id, { min_size: 4, max_size: 4 });
  await host.idle(pool, 3);
  await host.leaser.release(second, fine);
  await control.resize(pool.id, { min_size: null, max_size: null });
  await host.idle(pool, 3);
});

it('warms a pool up, for as long as it was asked to', async () => {
  const pool = await host.pool({ idle_timeout: 100 });
  await host.keeper();
  await until(async () => (await host.redis.zcard(host.keys.hosts())) === 1);
  await control.warm(pool.id, 2, 60_000);
  await host.idle(pool, 2);
  await control.warm(pool.id, 0);
  await until(async () => (await host.agents(pool)).length === 0);
});
