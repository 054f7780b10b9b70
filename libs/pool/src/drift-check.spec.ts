import { DEFAULT_POOL_CONFIG } from '@agentainer/core';
import { silentLogger } from '@agentainer/runtime';
import { DriftCheck } from './drift-check.js';
import type { AgentRecord, FoundAgent, PoolSnapshot } from './ports.js';

const never = new AbortController().signal;
const pool = { id: 'p', image: 'x', config: DEFAULT_POOL_CONFIG };

type Made = [make: string | undefined, state: AgentRecord['state']];

/** The agents, by their place, that one look takes out of use where the pool's are to be made `today`. */
async function replaced(today: string | undefined, ...made: Made[]): Promise<number[]> {
  const drained: number[] = [];
  const found = made.map(([make], i): FoundAgent => ({ agentId: `${i}`, poolId: 'p', running: true, make }));
  const agents = made.map(([, state], i) => ({ id: `${i}`, state }) as AgentRecord);
  const check = new DriftCheck({
    registry: {
      pools: () => Promise.resolve([pool]),
      snapshot: () => Promise.resolve({ agents } as PoolSnapshot),
      drain: (_, id, reason) => Promise.resolve(reason === 'config_changed' && drained.push(Number(id)) > 0),
    },
    driver: { list: () => Promise.resolve(found), makeOf: () => Promise.resolve(today) },
    logger: silentLogger,
  });
  await check.run(never);
  return drained;
}

it('replaces what would be made otherwise today, idle or at work', async () => {
  expect(await replaced('new', ['old', 'idle'])).toEqual([0]);
  expect(await replaced('new', ['new', 'idle'], ['old', 'leased'])).toEqual([1]);
});

it('leaves alone what is as it should be, or not known', async () => {
  expect(await replaced('new', ['new', 'idle'], [undefined, 'idle'])).toEqual([]);
  expect(await replaced(undefined, ['old', 'idle'])).toEqual([]);
  expect(await replaced('new', ['old', 'creating'])).toEqual([]);
});

it('replaces a quarter of a pool at a time', async () => {
  const old: Made = ['old', 'idle'];
  expect(await replaced('new', old, old, old, old, old)).toEqual([0, 1]);
  expect(await replaced('new', ['new', 'creating'], old, old, old, old)).toEqual([1]);
  expect(await replaced('new', ['new', 'creating'], ['old', 'retiring'], old, old, old)).toEqual([]);
  expect(await replaced('new', ['old', 'draining'], old, old, old, old)).toEqual([1, 2]);
});
