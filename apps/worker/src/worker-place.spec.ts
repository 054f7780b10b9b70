import { DEFAULT_POOL_CONFIG, poolOf } from '@agentainer/core';
import { silentLogger } from '@agentainer/runtime';
import { WorkerPlace, type WorkerPlaces } from './worker-place.js';

const places = (change: Partial<WorkerPlaces>): WorkerPlaces => ({
  announce: () => Promise.resolve(),
  leave: () => Promise.resolve(),
  workers: () => Promise.resolve([]),
  isOneOfSeveral: () => Promise.resolve(false),
  shares: (ids) => Promise.resolve(ids.map(() => 3)),
  ...change,
});
const workers = () => Promise.resolve(['w1', 'w2']);
const isOneOfSeveral = () => Promise.resolve(true);
const pool = poolOf({ image: 'echo', execution_mode: 'pooled', pool_config: DEFAULT_POOL_CONFIG });
const lanes = async (id: string, change: Partial<WorkerPlaces>) =>
  (await new WorkerPlace(places(change), id, silentLogger).lanes([pool])).get(pool.id)!;

it('takes lanes for all agents of a host that is alone, whoever else works there', async () => {
  expect(await lanes('w1', { workers })).toBe(3);
});

it('takes as many lanes of each agent as it serves at once', async () => {
  const config = { ...DEFAULT_POOL_CONFIG, agent_concurrency: 4 };
  const several = poolOf({ image: 'echo', execution_mode: 'pooled', pool_config: config });
  const place = new WorkerPlace(places({ workers, isOneOfSeveral }), 'w1', silentLogger);
  expect((await place.lanes([several])).get(several.id)).toBe(6);
});

it('shares the lanes with the other workers of a host that is not alone', async () => {
  const counts = [
    await lanes('w1', { workers, isOneOfSeveral }),
    await lanes('w2', { workers, isOneOfSeveral }),
  ];
  expect(counts.sort()).toEqual([1, 2]);
});

it('counts itself where it was not heard of yet', async () => {
  expect(await lanes('w3', { workers, isOneOfSeveral })).toBe(1);
});

it('says that it is there, and leaves', async () => {
  const calls: string[] = [];
  const note = (what: string) => (id: string) => Promise.resolve(void calls.push(`${what} ${id}`));
  const place = new WorkerPlace(places({ announce: note('here'), leave: note('gone') }), 'w1', silentLogger);
  await place.start();
  await place.stop();
  expect(calls).toEqual(['here w1', 'gone w1']);
});
