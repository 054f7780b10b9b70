import { AgentStartError } from '@agentainer/pool';
import { silentLogger } from '@agentainer/runtime';
import { TestHost, until } from './keeper.fixture.js';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.open();
});
afterEach(() => host.close());

const deathsOf = async (poolId: string) => {
  // What the keeper announces is what makes the host one of those that are shown.
  await host.registry.announce();
  return (await host.pools.get(poolId))?.hosts[0]?.deaths ?? [];
};
const deathOf = async (poolId: string) => (await deathsOf(poolId))[0];

it('notes of an agent that ended by itself how, and what it printed last, without secrets', async () => {
  const pool = await host.pool({ min_size: 1 });
  await host.keeper();
  const [id] = (await host.idle(pool, 1)) as [string];
  host.driver.words.set(id, { how: 'ended with exit code 7', output: 'first\nthe key is hush-hush\n' });
  host.driver.kill(id);
  await until(async () => (await deathOf(pool.id)) !== undefined);
  expect(await deathOf(pool.id)).toEqual({
    ...{ agentId: id, at: expect.any(Number) },
    ...{ how: 'ended with exit code 7', output: 'first\nthe key is [secret x]' },
  });
});

it('notes, logs and counts each death once, the latest first, and how it ended', async () => {
  const pool = await host.pool({ min_size: 1 });
  const logged: object[] = [];
  const warn = (facts: object, text: string) =>
    void (text === 'an agent ended by itself' && logged.push(facts));
  await host.keeper(undefined, { logger: { ...silentLogger, warn } as typeof silentLogger });
  const ends = [
    { how: 'ended with exit code 7', exitCode: 7, output: 'hush-hush' },
    { how: 'ended with exit code 137: too much', exitCode: 137, outOfMemory: true, output: '' },
  ];
  for (const [i, end] of ends.entries()) {
    const [id] = (await host.idle(pool, 1)) as [string];
    host.driver.words.set(id, end);
    host.driver.kill(id);
    await until(async () => (await deathsOf(pool.id)).length === i + 1);
    expect(await host.registry.died(pool.id, id, end)).toBe(false);
  }
  expect(await deathsOf(pool.id)).toMatchObject([ends[1], { ...ends[0], output: '[secret x]' }]);
  expect((await host.pools.list()).map(({ deaths }) => deaths)).toMatchObject([[ends[1]]]);
  await until(() => host.died.length === 2);
  expect(host.died).toEqual([`${pool.id} exit`, `${pool.id} memory`]);
  expect(logged).toMatchObject([
    { poolId: pool.id, exitCode: 7, output: '[secret x]' },
    { exitCode: 137, outOfMemory: true },
  ]);
});

it('notes it also where its lane was the first to notice', async () => {
  const pool = await host.pool();
  await host.keeper();
  const held = await host.leased(pool);
  const { agentId } = held.lease;
  host.driver.words.set(agentId, { how: 'ended with exit code 9', output: '' });
  await host.leaser.release(held, { uses: 1, suspect: true });
  host.driver.kill(agentId);
  await until(async () => (await deathOf(pool.id)) !== undefined);
  expect(await deathOf(pool.id)).toMatchObject({ agentId, how: 'ended with exit code 9', output: '' });
});

it('notes nothing of agents that were ended', async () => {
  const pool = await host.pool({ min_size: 1 });
  const keeper = await host.keeper();
  const [id] = (await host.idle(pool, 1)) as [string];
  host.driver.words.set(id, { how: 'ended with exit code 0', output: 'bye' });
  await keeper.stop();
  expect(await deathOf(pool.id)).toBeUndefined();
});

it('says in the error of a pool what an agent printed that did not start, or ended right after its start', async () => {
  const cause = new AgentStartError('AGENT_START_FAILED', 'ended', undefined, 'no such module');
  host.driver.onStart = () => Promise.reject(cause);
  const pool = await host.pool({ min_size: 1 });
  await host.keeper();
  const error = async () => (await host.registry.snapshot(pool.id))!.error;
  await until(async () => (await error()) !== undefined);
  expect(await error()).toEqual({
    code: 'AGENT_START_FAILED',
    message: 'ended',
    detail: 'no such module',
  });

  host.driver.onStart = ({ agentId }) => {
    host.driver.words.set(agentId, { how: 'ended with exit code 1', output: 'changed my mind: hush-hush' });
    return Promise.resolve();
  };
  const fickle = await host.pool({ min_size: 1 }, 'fickle');
  const failed = async () => (await host.registry.snapshot(fickle.id))!.error;
  await until(async () => {
    for (const { id } of await host.agents(fickle, 'idle')) host.driver.kill(id);
    return (await failed()) !== undefined;
  });
  expect(await failed()).toMatchObject({ detail: 'changed my mind: [secret x]' });
});
