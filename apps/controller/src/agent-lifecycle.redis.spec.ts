import { TestHost, until } from './keeper.fixture.js';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.open();
});
afterEach(() => host.close());

const fine = { uses: 1, suspect: false };

it('keeps a buffer of idle agents beside those in use', async () => {
  const pool = await host.pool({ buffer: 1, max_size: 3 });
  await host.keeper();
  await host.idle(pool, 1);
  await host.leased(pool);
  await host.idle(pool, 1);
  await host.leased(pool);
  await host.idle(pool, 1);
  await host.leased(pool);
  expect(await host.agents(pool, 'leased')).toHaveLength(3);
  expect(host.driver.most).toBe(3);
});

it('replaces agents past their age: idle ones, and leased ones when they are given back', async () => {
  const pool = await host.pool({ min_size: 2, max_size: 2, max_agent_age: 3_600_000 });
  await host.keeper();
  const [first, second] = (await host.idle(pool, 2)) as [string, string];
  const held = await host.leased(pool);
  const idle = held.lease.agentId === first ? second : first;
  for (const id of [first, second]) {
    const past = { createdAt: 1, expiresAt: 2 };
    await host.redis.hset(host.agentKey(pool, id), past);
  }
  await until(() => host.driver.stopped.includes(idle));
  expect(host.driver.stopped).not.toContain(held.lease.agentId);
  await host.leaser.release(held, fine);
  await until(() => host.driver.stopped.includes(held.lease.agentId));
  const next = await host.idle(pool, 2);
  expect(next).not.toContain(first);
  expect(next).not.toContain(second);
  expect(host.retired).toEqual(['max_age', 'max_age']);
});

it('replaces agents that use too much memory: idle ones, and leased ones when they are given back', async () => {
  const pool = await host.pool({ min_size: 3, max_size: 3, max_agent_memory: 2 ** 24 });
  await host.keeper();
  const ids = await host.idle(pool, 3);
  const held = await host.leased(pool);
  const [idle, well] = ids.filter((id) => id !== held.lease.agentId) as [string, string];
  for (const id of [idle, held.lease.agentId]) host.driver.memory.set(id, 2 ** 24 + 1);
  host.driver.memory.set(well, 2 ** 24);
  await until(() => host.driver.stopped.includes(idle));
  await until(async () => (await host.agents(pool, 'draining')).length === 1);
  expect(host.driver.stopped).not.toContain(held.lease.agentId);
  expect(held.lost.aborted).toBe(false);
  await host.leaser.release(held, fine);
  const next = await host.idle(pool, 3);
  expect(next).toContain(well);
  expect(next).not.toContain(held.lease.agentId);
  expect(host.retired).toEqual(['memory', 'memory']);
});

it('gives agents the time to end that their pool allows, and less when the host stops', async () => {
  const patient = await host.pool({ min_size: 1, max_size: 1, stop_grace: 60_000 }, 'patient');
  const brisk = await host.pool({ min_size: 1, max_size: 1, stop_grace: 100 }, 'brisk');
  const keeper = await host.keeper();
  for (const pool of [patient, brisk]) {
    await host.leaser.release(await host.leased(pool), { uses: 1, suspect: true });
    await until(() => host.driver.graces.length > 0);
    expect(host.driver.graces.splice(0)).toEqual([pool.config.stop_grace]);
    await host.idle(pool, 1);
  }
  await keeper.stop();
  expect(host.driver.graces.sort((a, b) => a - b)).toEqual([100, 5_000]);
});
