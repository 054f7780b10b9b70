import type { PoolSpec } from '@agentainer/core';
import fc from 'fast-check';
import { TestHost, until } from './keeper.fixture.js';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.open();
});
afterEach(() => host.close());

const seldom = { intervals: { plan: 60_000, reconcile: 60_000, probe: 60_000 } };
const once = { uses: 1, suspect: false };

/** A lane that leases, works for a moment and gives back, so many times; notes for whom each agent worked. */
async function lane(pool: PoolSpec, realm: string, rounds: number[], served: Map<string, Set<string>>) {
  for (const ms of rounds) {
    const held = await host.leased(pool, realm);
    const realms = served.get(held.lease.agentId) ?? new Set();
    served.set(held.lease.agentId, realms.add(realm));
    await new Promise((resolve) => setTimeout(resolve, ms));
    await host.leaser.release(held, once);
  }
}

it('serves every lane, with no more agents than allowed and none for two realms', async () => {
  await host.keeper();
  let images = 0;
  const lanes = fc.record({
    realm: fc.constantFrom('a', 'b', 'c', 'd'),
    rounds: fc.array(fc.nat(4), { maxLength: 4 }),
  });
  const pools = fc.record({
    max_size: fc.integer({ min: 1, max: 4 }),
    lanes: fc.array(lanes, { maxLength: 10 }),
  });
  const property = async ({
    max_size,
    lanes,
  }: {
    max_size: number;
    lanes: { realm: string; rounds: number[] }[];
  }) => {
    const image = `image-${images++}`;
    const pool = await host.pool({ max_size, max_agent_uses: 5 }, image);
    const served = new Map<string, Set<string>>();
    let most = 0;
    host.driver.onStart = () => {
      // Pools of earlier plans, which were allowed others, may still start agents.
      const there = [...host.driver.agents.values()].filter((agent) => agent.poolId === pool.id);
      most = Math.max(most, there.length);
      return Promise.resolve();
    };
    await Promise.all(lanes.map(({ realm, rounds }) => lane(pool, realm, rounds, served)));
    expect(most).toBeLessThanOrEqual(max_size);
    expect([...served.values()].filter((realms) => realms.size > 1)).toEqual([]);
  };
  await fc.assert(fc.asyncProperty(pools, property), { numRuns: 25 });
}, 120_000);

it('gives a realm the place of an agent that another one has left, without waiting for a turn', async () => {
  const pool = await host.pool({ max_size: 1 });
  await host.keeper(undefined, seldom);
  const first = await host.leased(pool, 'a');
  await host.leaser.release(first, once);
  const second = await host.leased(pool, 'b');
  expect(second.lease.agentId).not.toBe(first.lease.agentId);
  await until(() => host.retired.includes('reuse'));
});

it('starts an agent for each realm of which lanes wait at once, where one could serve all of them', async () => {
  const pool = await host.pool({ max_size: 3, agent_concurrency: 4 });
  await host.keeper();
  host.driver.onStart = () => until(() => host.driver.mostStarting === 3);
  const held = await Promise.all(['a', 'b', 'c', 'a'].map((realm) => host.leased(pool, realm)));
  expect(new Set(held.map(({ lease }) => lease.agentId)).size).toBe(3);
});

it('keeps a buffer for workflows to come beside agents that others have left', async () => {
  const pool = await host.pool({ max_size: 3, buffer: 1 });
  await host.keeper();
  await host.leaser.release(await host.leased(pool, 'a'), once);
  await host.idle(pool, 2);
  await host.leased(pool, 'b');
  await host.idle(pool, 2);
  const realms = (await host.agents(pool, 'idle')).map((agent) => agent.realm);
  expect(realms.sort()).toEqual(['', 'a']);
});

it('R6.6a starts the replacement of an agent for one task as soon as that is leased', async () => {
  const pool = await host.pool({ min_size: 2, max_size: 3, reuse: 'task' });
  await host.keeper(undefined, seldom);
  await host.idle(pool, 2);
  const held = await host.leased(pool);
  await host.idle(pool, 2);
  expect(await host.agents(pool, 'leased')).toHaveLength(1);
  await host.leaser.release(held, once);
  await until(() => host.retired.includes('max_uses'));
  await host.idle(pool, 2);
});

it('keeps agents ready for runs to come beside those left to a run', async () => {
  const pool = await host.pool({ min_size: 1, max_size: 2, reuse: 'run' });
  await host.keeper();
  await host.idle(pool, 1);
  await host.leaser.release(await host.leased(pool, 'run_1'), once);
  await host.idle(pool, 2);
  const realms = (await host.agents(pool)).map((agent) => agent.realm);
  expect(realms.sort()).toEqual(['', 'run_1']);
});
