import type { HostStanding, PoolOutlook, PoolStanding } from './pool-outlook.js';
import { poolWait, startFailures } from './pool-wait.js';

const NOW = 1_000_000;
const NEED = { pool: 'p', realm: 'r' };
const host = (name: string, more: Partial<HostStanding> = {}): HostStanding => ({
  ...{ name, workers: 1, isDrained: false, pressure: [] },
  ...more,
});
const NOBODY = { creating: 0, idle: 0, leased: 0, cleaning: 0, draining: 0, retiring: 0 };

/** The pool on a host that may have four agents of it, with lanes in line. */
function standing(agents: Partial<PoolStanding['agents']> = {}, more: Partial<PoolStanding> = {}) {
  return {
    ...{ id: 'p', host: 'a', share: { max_size: 4 }, drained: false, agents: { ...NOBODY, ...agents } },
    ...{ idleFor: new Map(), waiting: 3, failures: 0, retryAt: 0, pullingUntil: 0, onTrial: false },
    ...more,
  };
}
const usable = (count: number) => new Map([['r', count]]);
const failed = (code: string, more: Partial<PoolStanding> = {}) => ({
  ...{ error: { code, message: 'no' }, failures: 2, retryAt: NOW + 1 },
  ...more,
});
const look = (pools: PoolStanding[], hosts = [host('a'), host('b')]) =>
  poolWait(NEED, { hosts, pools } satisfies PoolOutlook, NOW);

it.each<[string, PoolStanding, object]>([
  ['all busy', standing({ leased: 2, cleaning: 1, draining: 1 }), { reason: 'pool_full', busy: 4, size: 4 }],
  [
    'busy beyond its share',
    standing({ leased: 5, creating: 1 }),
    { reason: 'pool_full', busy: 5, lanesWaiting: 3 },
  ],
  ['being started', standing({ leased: 3, creating: 1 }), { reason: 'agents_starting', starting: 1 }],
  [
    'on their way out',
    standing({ leased: 2, retiring: 2 }),
    { reason: 'agents_ending', ending: 2, lanesWaiting: 3 },
  ],
  [
    'left to others',
    standing({ leased: 1, idle: 3 }, { idleFor: usable(0) }),
    { reason: 'reuse', idle: 3, size: 4, lanesWaiting: 3 },
  ],
  [
    'left to others, with room for more',
    standing({ idle: 3 }, { idleFor: new Map([['other', 3]]) }),
    { reason: 'start_pending', hostPressure: [] },
  ],
  ['none yet', standing(), { reason: 'start_pending', lanesWaiting: 3 }],
  ['idle, and nobody took the lane', standing({ idle: 1 }, { idleFor: usable(1) }), { reason: 'queued' }],
  ['none, and nobody took the lane', standing({}, { waiting: 0 }), { reason: 'queued', workers: 1 }],
  ['left to others, and nobody took the lane', standing({ idle: 4 }, { waiting: 0 }), { reason: 'queued' }],
  ['pulled', standing({ leased: 1 }, { pullingUntil: NOW + 1 }), { reason: 'image_pulling', host: 'a' }],
  [
    'pulled once more after a failure',
    standing({}, { ...failed('IMAGE_PULL_FAILED'), pullingUntil: NOW + 1 }),
    { reason: 'image_pulling' },
  ],
  ['no longer pulled', standing({}, { pullingUntil: NOW }), { reason: 'start_pending' }],
])('looks at the agents of a host: %s', (_, pool, expected) => {
  expect(look([pool])).toMatchObject([{ pool: 'p', ...expected }]);
});

it.each([
  ['IMAGE_NOT_FOUND', 'image_missing'],
  ['IMAGE_PULL_FAILED', 'pull_failed'],
  ['AGENT_REFUSED', 'not_permitted'],
  ['NETWORK_NOT_FOUND', 'network_missing'],
  ['ENGINE_AWAY', 'engine_away'],
  ['AGENT_START_FAILED', 'pool_broken'],
  ['ANYTHING_ELSE', 'pool_broken'],
])('tells failed starts apart: %s', (code, reason) => {
  const facts = {
    error: { code, message: 'no' },
    failures: 2,
    retryAt: NOW + 1,
    lanesWaiting: 3,
    shareIsElsewhere: false,
  };
  expect(look([standing({ leased: 1 }, failed(code))])).toEqual([{ reason, pool: 'p', host: 'a', ...facts }]);
});

it.each<[string, Partial<PoolStanding>, string]>([
  [
    'while the one start shows whether starts work again',
    { retryAt: NOW, agents: { ...NOBODY, creating: 1 } },
    'pool_broken',
  ],
  ['until that start is made', { retryAt: NOW }, 'pool_broken'],
  ['but not where nobody is in line and a start is due', { retryAt: NOW, waiting: 0 }, 'queued'],
  ['also where nobody is in line, before it is due', { waiting: 0 }, 'pool_broken'],
  ['but not where all agents are there and busy', { agents: { ...NOBODY, leased: 4 } }, 'pool_full'],
  ['but not where one is idle', { agents: { ...NOBODY, idle: 1 }, idleFor: usable(1) }, 'queued'],
])('goes on about a failed start, %s', (_, more, reason) => {
  expect(look([standing({}, { ...failed('AGENT_START_FAILED'), ...more })])).toMatchObject([{ reason }]);
});

it('asks of operators before it looks at agents', () => {
  const idle = standing({ idle: 1, leased: 2 }, { idleFor: usable(1) });
  expect(look([idle], [])).toEqual([{ reason: 'no_host', pool: 'p' }]);
  expect(look([{ ...idle, drained: true }])).toEqual([{ reason: 'pool_drained', pool: 'p', agents: 3 }]);
  const drained = [host('a', { isDrained: true }), host('b', { isDrained: true })];
  expect(look([idle], drained)).toEqual([{ reason: 'hosts_drained', pool: 'p', hosts: ['a', 'b'] }]);
  expect(look([idle], [drained[0]!, host('b')])).toEqual([{ reason: 'queued', pool: 'p', workers: 1 }]);
});

it('tells that no host may have agents, and how many are in the way of that', () => {
  const none = { share: { max_size: 0 } };
  expect(look([])).toEqual([{ reason: 'no_share', pool: 'p', agents: 0 }]);
  expect(look([standing({}, none), standing({ leased: 2 }, { ...none, host: 'b' })])).toEqual([
    { reason: 'no_share', pool: 'p', agents: 2 },
  ]);
  expect(look([standing({}, { id: 'other' })])).toEqual([{ reason: 'no_share', pool: 'p', agents: 0 }]);
});

it('tells hosts whose lanes nobody takes, and those under pressure', () => {
  expect(look([standing({ idle: 1 }, { idleFor: usable(1) })], [host('a', { workers: 0 })])).toEqual([
    { reason: 'no_worker', pool: 'p', host: 'a' },
  ]);
  const pressure = [{ resource: 'disk' as const, directory: '/var/lib/docker', use: 0.97 }];
  const pressed = [host('a', { pressure })];
  expect(look([standing()], pressed)).toMatchObject([{ reason: 'start_pending', hostPressure: pressure }]);
  expect(look([standing({ creating: 1 })], pressed)).toMatchObject([
    { reason: 'agents_starting', hostPressure: pressure },
  ]);
});

it('gives a reason for each host, unless one of them has an agent or soon will', () => {
  const full = standing({ leased: 4 });
  const broken = standing({}, { ...failed('AGENT_START_FAILED'), host: 'b' });
  expect(look([full, broken])).toMatchObject([
    { reason: 'pool_full', host: 'a' },
    { reason: 'pool_broken', host: 'b' },
  ]);
  expect(look([full, standing({ leased: 1 }, { host: 'b', waiting: 0 })])).toEqual([
    { reason: 'queued', pool: 'p', workers: 2 },
  ]);
  expect(startFailures(NEED, { hosts: [host('a'), host('b')], pools: [full, broken] }, NOW)).toMatchObject([
    { reason: 'pool_broken', host: 'b' },
  ]);
});

it('tells of a host whose share others have why agents do not start there, unless one of those has an agent', () => {
  const gone = { host: 'b', share: { max_size: 0 }, onTrial: true, waiting: 0 };
  const out = standing({}, { ...failed('IMAGE_NOT_FOUND', { retryAt: 0 }), ...gone });
  expect(look([standing({ leased: 4 }), out])).toMatchObject([
    { reason: 'pool_full', host: 'a' },
    { reason: 'image_missing', host: 'b', shareIsElsewhere: true },
  ]);
  expect(look([standing({}, { waiting: 0 }), out])).toEqual([{ reason: 'queued', pool: 'p', workers: 1 }]);
  const { error: _, ...mended } = out;
  expect(look([standing({ leased: 4 }), mended])).toMatchObject([{ reason: 'pool_full', host: 'a' }]);
});
