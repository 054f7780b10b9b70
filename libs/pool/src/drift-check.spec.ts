import { type AgentPermissions, DEFAULT_PERMISSIONS, DEFAULT_POOL_CONFIG } from '@agentainer/core';
import { silentLogger } from '@agentainer/runtime';
import { DriftCheck } from './drift-check.js';
import type { AgentRecord, FoundAgent, PoolSnapshot, RetireReason } from './ports.js';

const never = new AbortController().signal;
const pool = { id: 'p', image: 'x', config: DEFAULT_POOL_CONFIG };

type Made = [make: string | undefined, state: AgentRecord['state']];

/** The agents, by their place, that one look takes out of use where the pool's are to be made `today`. */
async function replaced(today: string | undefined, ...made: Made[]): Promise<number[]> {
  const drained = await ended(DEFAULT_PERMISSIONS, today, ...made);
  expect(drained.map(({ reason }) => reason)).toEqual(drained.map(() => 'config_changed'));
  return drained.map(({ agent }) => agent);
}

async function ended(permissions: AgentPermissions, today: string | undefined, ...made: Made[]) {
  const drained: { agent: number; reason: RetireReason }[] = [];
  const found = made.map(([make], i): FoundAgent => ({ agentId: `${i}`, poolId: 'p', running: true, make }));
  const agents = made.map(([, state], i) => ({ id: `${i}`, state }) as AgentRecord);
  const check = new DriftCheck({
    registry: {
      pools: () => Promise.resolve([pool]),
      snapshot: () => Promise.resolve({ agents } as PoolSnapshot),
      drain: (_, id, reason) => Promise.resolve(drained.push({ agent: Number(id), reason }) > 0),
    },
    driver: { list: () => Promise.resolve(found), makeOf: () => Promise.resolve(today) },
    permissions,
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

it('has all agents of a pool end that its operator does not permit any more, after their tasks', async () => {
  const others = { ...DEFAULT_PERMISSIONS, images: ['another'] };
  const made: Made[] = [
    ['new', 'idle'],
    ['new', 'leased'],
    ['new', 'retiring'],
  ];
  expect(await ended(others, 'new', ...made)).toEqual([
    { agent: 0, reason: 'not_permitted' },
    { agent: 1, reason: 'not_permitted' },
  ]);
  expect(await ended({ ...DEFAULT_PERMISSIONS, images: ['x'] }, 'new', ...made)).toEqual([]);
});
