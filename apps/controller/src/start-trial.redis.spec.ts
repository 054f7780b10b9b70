import { AgentStartError } from '@agentainer/pool';
import { HOST, TestHost, until } from './keeper.fixture.js';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.open();
});
afterEach(() => host.close());

const NONE = { min_size: 0, max_size: 0 };
const fails = (code: 'IMAGE_NOT_FOUND' | 'AGENT_START_FAILED') => () =>
  Promise.reject(new AgentStartError(code, 'no'));

it('finds out whether agents of a pool start again where others have its share, by one that serves nobody', async () => {
  host.driver.onStart = fails('IMAGE_NOT_FOUND');
  const pool = await host.pool({ min_size: 1 });
  await host.keeper();
  const snapshot = async () => (await host.registry.snapshot(pool.id))!;
  await until(async () => (await snapshot()).error !== undefined && (await snapshot()).agents.length === 0);
  await host.hosts.share(pool.id, HOST, { ...NONE, onTrial: true });
  const { failures } = await snapshot();
  host.driver.onStart = fails('AGENT_START_FAILED');
  await host.retryNow(pool);
  await until(async () => (await snapshot()).failures > failures);
  expect((await snapshot()).error).toMatchObject({ code: 'AGENT_START_FAILED' });

  let seen: unknown;
  host.driver.onStart = async () => void (seen = await snapshot());
  await host.retryNow(pool);
  await until(async () => (await snapshot()).error === undefined);
  expect(seen).toMatchObject({ agents: [], onTrial: true });
  await until(async () => host.driver.agents.size === 0 && (await host.directories()).length === 0);
  expect(host.gateways.size).toBe(0);
  expect(await snapshot()).toMatchObject({ failures: 0, retryAt: 0, agents: [] });
  await host.hosts.share(pool.id, HOST, pool.config);
  await host.idle(pool, 1);
});

it('tries nothing where a host has no share for another reason, before it is due, or twice at once', async () => {
  let tries = 0;
  let release: () => void = () => undefined;
  host.driver.onStart = fails('IMAGE_NOT_FOUND');
  const pool = await host.pool({ min_size: 1 });
  await host.keeper();
  const snapshot = async () => (await host.registry.snapshot(pool.id))!;
  await until(async () => (await snapshot()).error !== undefined);
  host.driver.onStart = () => {
    tries += 1;
    return new Promise((resolve) => (release = resolve));
  };
  await host.hosts.share(pool.id, HOST, NONE);
  await host.retryNow(pool);
  const other = await host.pool({ min_size: 1 }, 'other');
  await until(() => tries === 1);
  expect((await host.agents(other)).length).toBe(1);
  release();
  await host.idle(other, 1);
  expect(tries).toBe(1);

  await host.hosts.share(pool.id, HOST, { ...NONE, onTrial: true });
  await until(() => tries === 2);
  await host.retryNow(pool);
  await host.hosts.share(other.id, HOST, { min_size: 2, max_size: 2 });
  await until(() => tries === 3);
  expect((await host.agents(other, 'creating')).length).toBe(1);
  expect(tries).toBe(3);
});
