import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '@agentainer/runtime';
import { RedisLeadership } from '@agentainer/store-redis';
import { FakeLeadership, HOST, TestHost, until } from './keeper.fixture.js';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.open();
});
afterEach(() => host.close());

const never = () => new Promise<never>(() => undefined);

it('clears away what the engine has and the registry has not', async () => {
  host.driver.agents.set('agent_x', { agentId: 'agent_x', poolId: 'gone-1', running: true });
  host.driver.agents.set('agent_y', { agentId: 'agent_y', poolId: 'gone-1', running: false });
  await mkdir(join(host.agentsDirectory, 'agent_z'), { recursive: true });
  await mkdir(join(host.agentsDirectory, 'something else'));
  await host.keeper();
  await until(() => host.driver.agents.size === 0);
  await until(async () => (await host.directories()).length === 1);
  expect(await host.directories()).toEqual(['something else']);
});

it('looks after all other pools where one cannot be read, and touches nothing that may belong to it', async () => {
  const bad = await host.pool({}, 'bad');
  await host.redis.set(host.keys.pool(bad.id, HOST), 'no hash');
  host.driver.agents.set('agent_x', { agentId: 'agent_x', poolId: bad.id, running: true });
  host.driver.agents.set('agent_y', { agentId: 'agent_y', poolId: 'gone-1', running: true });
  await host.keeper();
  await host.idle(await host.pool({ min_size: 1 }), 1);
  expect([host.driver.stopped, host.retired]).toEqual([['agent_y'], []]);
  expect(host.driver.agents.has('agent_x')).toBe(true);
});

it('removes what the registry has and the engine has not', async () => {
  const pool = await host.pool({ min_size: 1 });
  for (const id of ['agent_a', 'agent_b', 'agent_c', 'agent_d'])
    await host.registry.create(pool.id, id, join(host.agentsDirectory, id));
  for (const id of ['agent_a', 'agent_b', 'agent_c']) await host.registry.ready(pool.id, id);
  await host.registry.retire(pool.id, 'agent_a', 'max_uses');
  const held = await host.leased(pool);
  await host.keeper();
  await until(() => host.retired.length === 4);
  expect([...host.retired].sort()).toEqual(['died', 'died', 'max_uses', 'orphan']);
  await until(() => held.lost.aborted);
  const [id] = await host.idle(pool, 1);
  expect([...host.driver.agents.keys()]).toEqual([id]);
});

it('leaves agents alone that began or ended while the engine was asked what it has', async () => {
  const pool = await host.pool({ max_agent_uses: 1 });
  const list = host.driver.list.bind(host.driver);
  let comparisons = 0;
  let waiting = false;
  let release!: () => void;
  const answered = new Promise<void>((resolve) => (release = resolve));
  host.driver.list = async () => {
    const found = await list();
    if (waiting && comparisons === 0) await answered;
    if (waiting) comparisons++;
    return found;
  };
  await host.keeper();
  const early = await host.leased(pool);
  waiting = true;
  await until(() => comparisons === 0);
  // The engine's answer, which is on its way, has the early agent and not the late one.
  const late = host.leased(pool);
  await host.leaser.release(early, { uses: 1, suspect: false });
  await until(() => host.driver.stopped.includes(early.lease.agentId));
  const held = await late;
  release();
  await until(() => comparisons > 2);
  expect(held.lost.aborted).toBe(false);
  expect([...host.driver.agents.keys()]).toEqual([held.lease.agentId]);
  expect(host.retired).toEqual(['max_uses']);
});

it('leaves an agent alone that was starting when the engine was asked, and is ready since', async () => {
  const pool = await host.pool();
  let begin!: () => void;
  const mayBegin = new Promise<void>((resolve) => (begin = resolve));
  host.driver.onStart = () => mayBegin;
  let answer!: () => void;
  const mayAnswer = new Promise<void>((resolve) => (answer = resolve));
  let asked = 0;
  host.driver.list = async () => {
    if (host.driver.agents.size === 0) return [];
    // The first answer is of the time before the agent began, and takes until it is ready.
    if (++asked > 1) return [...host.driver.agents.values()];
    await mayAnswer;
    return [];
  };
  await host.keeper();
  const leased = host.leased(pool);
  await until(() => asked === 1);
  begin();
  const held = await leased;
  answer();
  await until(() => asked > 2);
  expect(held.lost.aborted).toBe(false);
  expect(await host.agents(pool, 'leased')).toHaveLength(1);
  expect(host.retired).toEqual([]);
});

it('takes over agents that an earlier keeper started, the one that is leased included', async () => {
  const pool = await host.pool({ min_size: 2 });
  const first = new FakeLeadership();
  await host.keeper(first);
  const ids = await host.idle(pool, 2);
  const held = await host.leased(pool);
  first.set(false);
  await until(() => host.gateways.size === 0);
  await host.keeper();
  await until(() => host.gateways.size === 2);
  await host.leaser.release(held, { uses: 1, suspect: false });
  expect((await host.idle(pool, 2)).sort()).toEqual(ids.sort());
  expect(host.retired).toEqual([]);
});

it('stops acting when it loses the lead, and the next one clears away what it left half done', async () => {
  const pool = await host.pool({ min_size: 1 });
  const first = new FakeLeadership();
  host.driver.onStart = never;
  await host.keeper(first);
  await until(() => host.driver.agents.size === 1);
  const [half] = await host.agents(pool, 'creating');
  first.set(false);
  host.driver.onStart = () => Promise.resolve();
  await host.keeper();
  await until(() => host.retired.includes('orphan'));
  expect(host.driver.stopped).toEqual([half!.id]);
  expect(await host.idle(pool, 1)).not.toContain(half!.id);
});

it('does nothing without the lead, and all that is due once it has it', async () => {
  const pool = await host.pool({ min_size: 1 });
  const leadership = new FakeLeadership(false);
  await host.keeper(leadership);
  expect(await host.lease(pool, 100)).toEqual({ kind: 'busy' });
  expect(host.driver.agents.size).toBe(0);
  leadership.set(true);
  await host.idle(pool, 1);
});

it('lets one of two keepers of a host act, and the other one follow it', async () => {
  const pool = await host.pool({ min_size: 3, max_size: 3 });
  const leads = [1, 2].map(() => {
    const { redis, keys } = host;
    return new RedisLeadership({ redis, keys, task: `keeper-${HOST}`, logger: silentLogger, renewMs: 20 });
  });
  const keepers = [await host.keeper(leads[0]), await host.keeper(leads[1])];
  for (const lead of leads) await lead.start();
  await host.idle(pool, 3);
  expect(host.driver.most).toBe(3);
  const leader = leads.findIndex((lead) => lead.held);
  await keepers[leader]!.stop();
  await leads[leader]!.stop();
  await host.idle(pool, 3);
  expect(leads[1 - leader]!.held).toBe(true);
  await keepers[1 - leader]!.stop();
  await leads[1 - leader]!.stop();
  expect(host.driver.most).toBe(3);
});
