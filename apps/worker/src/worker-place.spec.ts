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
const lanes = async (id: string, change: Partial<WorkerPlaces>) =>
  (await new WorkerPlace(places(change), id, silentLogger).lanes(['p'])).get('p')!;

it('takes lanes for all agents of a host that is alone, whoever else works there', async () => {
  expect(await lanes('w1', { workers })).toBe(3);
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
