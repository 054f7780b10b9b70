import { DEFAULT_POOL_CONFIG, type HostPressure, pressureText } from '@agentainer/core';
import fc from 'fast-check';
import { pressureOf, relief, resourceOf, withoutReserve } from './host-pressure.js';
import { planPool } from './plan.js';
import type { AgentRecord, PoolSnapshot } from './ports.js';

const NOW = 1_000_000;
const LIMITS = { memory: 0.9, disk: 0.95 };

function snapshotOf(id: string, agents: AgentRecord[], change: Partial<PoolSnapshot> = {}): PoolSnapshot {
  const config = { ...DEFAULT_POOL_CONFIG, max_size: 8, buffer: 1 };
  return {
    ...{ spec: { id, image: 'echo', config }, share: { min_size: 2, max_size: 8 }, now: NOW, lastUsed: NOW },
    ...{ agents, waiting: 0, warm: 0, warmUntil: 0, retryAt: 0, failures: 0 },
    ...change,
  };
}
const agent = (id: string, state: AgentRecord['state'], since: number, reason?: AgentRecord['reason']) => ({
  ...{ id, state, since, directory: '/a', uses: 1, createdAt: 0, realm: '' },
  ...{ leases: state === 'leased' ? [NOW + 1] : [], ...(reason && { reason }) },
});

const useOf = (memory: number, data: number, engine: number) => ({
  memory,
  disks: [
    { directory: '/data', use: data },
    { directory: '/engine', use: engine },
  ],
});
const names = (pressure: readonly HostPressure[]) => pressure.map(resourceOf);
const named = (name: string): HostPressure =>
  name === 'memory' ? { resource: 'memory', use: 1 } : { resource: 'disk', directory: name, use: 1 };

it.each<[[number, number, number], string[], string[]]>([
  [[0.899, 0.1, 0.1], [], []],
  [[0.9, 0.1, 0.1], [], ['memory']],
  [[0.1, 0.95, 0.1], [], ['/data']],
  [[0.1, 0.1, 0.95], [], ['/engine']],
  [[0.95, 0.99, 0.99], [], ['memory', '/data', '/engine']],
  [[0.86, 0.1, 0.1], ['memory'], ['memory']],
  [[0.1, 0.91, 0.91], ['/engine'], ['/engine']],
  [[0.84, 0.89, 0.89], ['memory', '/data', '/engine'], []],
])('is pressure of each from its limit on, and until well below it: %j, before %j', (use, before, now) => {
  expect(names(pressureOf(useOf(...use), LIMITS, before.map(named)))).toEqual(now);
});

it('tells how much is in use', () => {
  const pressure = pressureOf(useOf(0.5, 0.2, 0.975), LIMITS, []);
  expect(pressure).toEqual([{ resource: 'disk', directory: '/engine', use: 0.975 }]);
  expect(pressureText([...pressure, named('memory')])).toBe('disk of /engine 97%, memory 100%');
});

it('does not come and go with a use that moves about the limit', () => {
  const uses = fc.array(fc.double({ min: 0.86, max: 0.94, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(uses, (memory) => {
      let pressure = [named('memory')];
      for (const share of memory) pressure = pressureOf(useOf(share, 0, 0), LIMITS, pressure);
      return pressure.length === 1;
    }),
  );
});

it('ends idle agents of whatever pool, those used longest ago first, two at a time', () => {
  const a = snapshotOf('a', [agent('a1', 'idle', 5), agent('a2', 'leased', 1), agent('a3', 'idle', 3)]);
  const b = snapshotOf('b', [agent('b1', 'idle', 2), agent('b2', 'creating', 0), agent('b3', 'retiring', 0)]);
  const ids = (snapshots: PoolSnapshot[]) =>
    relief(snapshots).map(({ pool, agentId }) => `${pool.id} ${agentId}`);
  expect(ids([a, b])).toEqual(['b b1', 'a a3']);
  expect(ids([a, snapshotOf('c', [agent('c1', 'retiring', 0, 'pressure')])])).toEqual(['a a3']);
  expect(
    ids([
      a,
      snapshotOf(
        'c',
        [1, 2, 3].map((i) => agent(`c${i}`, 'retiring', 0, 'pressure')),
      ),
    ]),
  ).toEqual([]);
});

it('starts agents for lanes that wait, and none ahead of need', () => {
  const warm = { warm: 4, warmUntil: NOW + 1 };
  const starts = (change: Partial<PoolSnapshot>) => {
    const snapshot = snapshotOf('a', [agent('a1', 'leased', 1)], { ...warm, ...change });
    return [planPool(snapshot).starts, planPool(withoutReserve(snapshot)).starts];
  };
  expect(starts({})).toEqual([3, 0]);
  expect(starts({ waiting: 2 })).toEqual([3, 2]);
});
