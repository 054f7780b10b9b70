import { FakeLeadership, TestHost, until } from './keeper.fixture.js';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.open();
});
afterEach(() => host.close());

const seldom = { intervals: { plan: 60_000, reconcile: 60_000, probe: 60_000 } };
const unknown = { uses: 1, suspect: false, traces: 'unknown' } as const;

it('R6.1c looks at an agent that says nothing of what its tasks left, and uses it again where that is nothing', async () => {
  const pool = await host.pool({ max_size: 1 });
  await host.keeper(undefined, seldom);
  const looked: string[] = [];
  host.driver.onLook = (agentId) => Promise.resolve(looked.push(agentId) > 0);
  const first = await host.leased(pool);
  await host.leaser.release(first, unknown);
  const second = await host.leased(pool);
  expect(second.lease.agentId).toBe(first.lease.agentId);
  // It may be looked at twice, for looking changes nothing.
  expect(new Set(looked)).toEqual(new Set([first.lease.agentId]));
});

it.each([
  ['something is left', () => Promise.resolve(false)],
  ['it cannot be looked at', () => Promise.reject(new Error('the engine is away'))],
])('replaces it where %s', async (_, onLook) => {
  const pool = await host.pool({ max_size: 1 });
  await host.keeper(undefined, seldom);
  host.driver.onLook = onLook;
  const first = await host.leased(pool);
  await host.leaser.release(first, unknown);
  const second = await host.leased(pool);
  expect(second.lease.agentId).not.toBe(first.lease.agentId);
  expect(host.retired).toEqual(['unclean']);
  expect(host.driver.stopped).toContain(first.lease.agentId);
});

it('replaces one that says that something is left, without a look', async () => {
  const pool = await host.pool({ max_size: 1 });
  await host.keeper(undefined, seldom);
  const first = await host.leased(pool);
  await host.leaser.release(first, { uses: 1, suspect: false, traces: 'left' });
  expect((await host.leased(pool)).lease.agentId).not.toBe(first.lease.agentId);
  expect(host.retired).toEqual(['unclean']);
});

it('looks again where the keeper ended while it looked', async () => {
  const pool = await host.pool({ max_size: 1 });
  const lead = new FakeLeadership();
  await host.keeper(lead, { keepAgents: true });
  let looks = 0;
  host.driver.onLook = () => (++looks === 1 ? new Promise<never>(() => undefined) : Promise.resolve(true));
  const first = await host.leased(pool);
  await host.leaser.release(first, unknown);
  await until(() => looks === 1);
  lead.set(false);
  await host.keeper();
  expect((await host.leased(pool)).lease.agentId).toBe(first.lease.agentId);
});
