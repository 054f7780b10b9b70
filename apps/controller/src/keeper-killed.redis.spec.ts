import type { PoolSpec } from '@agentainer/core';
import { FakeLeadership, TestHost, until } from './keeper.fixture.js';
import { type Moment, SuddenDeath } from './sudden-death.fixture.js';

const SIZE = 2;

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.open();
});
afterEach(() => host.close());

/** A keeper that dies at that moment; until then it makes a pool's agents, and replaces one that ends and one that is used up. */
async function keeperUntil(pool: PoolSpec, moment?: Moment): Promise<SuddenDeath> {
  const death = new SuddenDeath(moment);
  const leadership = new FakeLeadership();
  const gateway = {
    open: () => Promise.resolve(),
    withoutSecrets: (_: string, text: string) => Promise.resolve(text),
    close: () => Promise.resolve(),
  };
  await host.keeper(leadership, {
    registry: death.around('registry', host.registry, [
      ...(['create', 'ready', 'retire', 'remove', 'died'] as const),
    ]),
    driver: death.around('driver', host.driver, ['start', 'stop']),
    gateway: death.around('gateway', gateway, ['open', 'close']),
  });
  const isWhole = async () => (await host.agents(pool, 'idle')).length === SIZE;
  const wholeOrDead = () => until(async () => death.isDead || (await isWhole()));
  await wholeOrDead();
  if (!death.isDead) {
    host.driver.kill((await host.agents(pool))[0]!.id);
    await until(() => death.isDead || death.acts.includes('registry.remove'));
    await wholeOrDead();
  }
  if (!death.isDead) {
    const held = await host.leased(pool);
    await host.leaser.release(held, { uses: 1, suspect: true });
    await until(() => death.isDead || death.acts.includes('registry.retire'));
    await wholeOrDead();
  }
  death.bury();
  // The lead of a process that is dead ends by itself.
  leadership.set(false);
  return death;
}

/** What another keeper makes of it: the registry, the engine, the directories and the gateways all have the same agents. */
async function expectMended(pool: PoolSpec): Promise<void> {
  await host.keeper();
  await until(async () => {
    const agents = await host.agents(pool);
    const entered = agents.map(({ id }) => id).sort();
    const there = [[...host.driver.agents.keys()], await host.directories(), [...host.gateways]];
    const isSame = there.every((ids) => ids.sort().join() === entered.join());
    return isSame && agents.length === SIZE && agents.every(({ state }) => state === 'idle');
  });
}

const ACTS = 28;
const moments = Array.from({ length: ACTS }, (_, i) =>
  (['before', 'after'] as const).map((when): Moment => ({ act: i + 1, when })),
).flat();

it('does what the moments are counted by', async () => {
  const pool = await host.pool({ min_size: SIZE, max_size: SIZE });
  const { acts } = await keeperUntil(pool);
  for (const act of ['registry.create', 'driver.start', 'registry.ready'])
    expect(acts.filter((one) => one === act)).toHaveLength(2 * SIZE);
  // Before an agent starts, and once it runs.
  expect(acts.filter((one) => one === 'gateway.open')).toHaveLength(4 * SIZE);
  expect(acts).toEqual(
    expect.arrayContaining(['registry.retire', 'driver.stop', 'gateway.close', 'registry.remove']),
  );
  expect(acts.length).toBeGreaterThanOrEqual(ACTS);
  await expectMended(pool);
});

it.each(moments)(
  'R6.1d leaves nothing behind that is not mended, killed $when its act $act',
  async (moment) => {
    const pool = await host.pool({ min_size: SIZE, max_size: SIZE });
    await keeperUntil(pool, moment);
    await expectMended(pool);
  },
);
