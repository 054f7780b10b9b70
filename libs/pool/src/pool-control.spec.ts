import { DEFAULT_POOL_CONFIG } from '@agentainer/core';
import { PoolControl, type PoolView } from './pool-control.js';
import type { OverrideChange } from './pool-override.js';

/** A store with one pool, of 1 to 4 agents. */
function controlOf(change: Partial<PoolView> = {}) {
  const config = { ...DEFAULT_POOL_CONFIG, min_size: 1, idle_timeout: 5_000 };
  const pool: PoolView = {
    ...{ id: 'echo-1', image: 'echo', config, drained: false, size: { min_size: 1, max_size: 4 } },
    ...{ override: { drained: false }, hosts: [] },
    ...change,
  };
  const changes: OverrideChange[] = [];
  const warmed: number[][] = [];
  const control = new PoolControl({
    list: () => Promise.resolve([]),
    get: (id) => Promise.resolve(id === pool.id ? pool : undefined),
    override: (_, said) => Promise.resolve(void changes.push(said)),
    warm: (_, count, forMs) => Promise.resolve(void warmed.push([count, forMs])),
  });
  return { control, changes, warmed };
}

it('drains a pool and undoes that', async () => {
  const { control, changes } = controlOf();
  await control.drain('echo-1');
  await control.resume('echo-1');
  expect(changes).toEqual([{ drained: true }, { drained: null }]);
});

it.each<[string, (control: PoolControl) => Promise<unknown>]>([
  ['get', (control) => control.get('nobody')],
  ['drain', (control) => control.drain('nobody')],
  ['resume', (control) => control.resume('nobody')],
  ['resize', (control) => control.resize('nobody', { max_size: 1 })],
  ['warm', (control) => control.warm('nobody', 1)],
])('%s: says so of a pool that is not known, and changes nothing', async (_, ask) => {
  const { control, changes, warmed } = controlOf();
  await expect(ask(control)).rejects.toMatchObject({ code: 'NOT_FOUND', entity: 'pool', id: 'nobody' });
  expect([...changes, ...warmed]).toEqual([]);
});

it('takes sizes that fit together, with those that stay as they are', async () => {
  const { control, changes } = controlOf({ override: { drained: false, max_size: 2 } });
  await control.resize('echo-1', { min_size: 2 });
  await control.resize('echo-1', { max_size: null, min_size: 4 });
  expect(changes).toEqual([{ min_size: 2 }, { max_size: null, min_size: 4 }]);
});

it.each([
  [{ min_size: 3 }, 'min_size'],
  [{ max_size: 0 }, 'max_size'],
  [{ min_size: 5, max_size: null }, 'min_size'],
])('refuses sizes that do not fit together: %j', async (sizes, path) => {
  const { control, changes } = controlOf({ override: { drained: false, max_size: 2 } });
  await expect(control.resize('echo-1', sizes)).rejects.toMatchObject({ faults: [{ path }] });
  expect(changes).toEqual([]);
});

it('warms a pool up for as long as it keeps idle agents, or as asked', async () => {
  const { control, warmed } = controlOf();
  await control.warm('echo-1', 3);
  await control.warm('echo-1', 4, 60_000);
  expect(warmed).toEqual([
    [3, 5_000],
    [4, 60_000],
  ]);
});

it('warms up no drained pool, and no more agents than it may have', async () => {
  await expect(controlOf({ drained: true }).control.warm('echo-1', 1)).rejects.toMatchObject({
    code: 'CONFLICT',
  });
  const { control, warmed } = controlOf({ override: { drained: false, max_size: 2 } });
  await expect(control.warm('echo-1', 3)).rejects.toMatchObject({ faults: [{ path: 'count' }] });
  expect(warmed).toEqual([]);
});
