import type { HostUse } from '@agentainer/pool';
import { RedisHostDirectory } from '@agentainer/store-redis';
import { TestHost, until } from './keeper.fixture.js';

let host: TestHost;
let use: HostUse;
const useOf = (memory: number, disk: number) => ({ memory, disks: [{ directory: '/engine', use: disk }] });
beforeEach(async () => {
  host = await TestHost.open();
  use = useOf(0.5, 0.5);
});
afterEach(() => host.close());

const fine = { uses: 1, suspect: false };
const pressure = {
  gauge: { read: () => Promise.resolve({ ...use }) },
  limits: { memory: 0.9, disk: 0.95 },
};

it('ends idle agents of all pools, those used longest ago first, and starts none ahead of need until it is over', async () => {
  const a = await host.pool({ min_size: 1 }, 'a');
  const b = await host.pool({ buffer: 1 }, 'b');
  await host.keeper(undefined, { pressure });
  const ids = [...(await host.idle(a, 1)), ...(await host.idle(b, 1))];
  use = useOf(0.9, 0.5);
  await until(async () => (await host.agents(a)).length + (await host.agents(b)).length === 0);
  expect(host.driver.stopped.sort()).toEqual(ids.sort());
  expect(host.retired).toEqual(['pressure', 'pressure']);
  expect(host.pressure).toEqual([{ resource: 'memory', use: 0.9 }]);

  const held = await host.leased(b);
  expect(await host.agents(b)).toHaveLength(1);
  use = useOf(0.87, 0.5);
  await host.leaser.release(held, fine);
  await until(async () => (await host.agents(b)).length === 0);
  expect(await host.agents(a)).toHaveLength(0);

  use = useOf(0.8, 0.5);
  await Promise.all([host.idle(a, 1), host.idle(b, 1)]);
  expect(host.pressure).toEqual([]);
});

it('leaves agents that work alone', async () => {
  const pool = await host.pool({ min_size: 1 });
  use = useOf(0.5, 0.99);
  await host.keeper(undefined, { pressure });
  const held = await host.leased(pool);
  const full = { resource: 'disk', directory: '/engine', use: 0.99 };
  await until(() => host.pressure.length > 0);
  expect(host.pressure).toEqual([full]);
  const told = async () => (await new RedisHostDirectory(host.redis, host.keys).list())[0]?.pressure;
  await until(async () => (await told())?.length === 1);
  expect(await told()).toEqual([full]);
  const again = await host.leased(pool);
  expect([held.lost.aborted, again.lost.aborted]).toEqual([false, false]);
  expect(host.driver.stopped).toEqual([]);
});

it('takes nothing for pressure that cannot be read', async () => {
  const pool = await host.pool({ min_size: 1 });
  const gauge = { read: () => Promise.reject(new Error('no such file')) };
  await host.keeper(undefined, { pressure: { ...pressure, gauge } });
  await host.idle(pool, 1);
  expect(host.pressure).toEqual([]);
});
