import {
  type Definition,
  poolsOf,
  type StepState,
  TASK_TRANSITIONS,
  validateDefinition,
} from '@agentainer/core';
import { fullLimits } from './applied-limits.js';
import { explain, type Surroundings } from './explain.js';
import { agentNeeds, type PoolStanding } from './pool-outlook.js';
import type { RunRecord, TaskCounts } from './records.js';

const NOW = 1_000_000;
const NO_COUNTS = Object.fromEntries(Object.keys(TASK_TRANSITIONS).map((state) => [state, 0])) as TaskCounts;

const definition = validateDefinition({
  name: 'w',
  config: { max_parallel: 5 },
  steps: [
    { name: 'a', image: 'x' },
    { type: 'map', name: 'm', image: 'x', items: { step: 'a' }, max_parallel: 2 },
  ],
});
const POOL = poolsOf(definition)[0]!.id;

function run(...steps: [name: string, state: StepState, counts?: Partial<TaskCounts>][]): RunRecord {
  return {
    readAt: NOW,
    steps: steps.map(([name, state, counts]) => ({ name, state, counts: { ...NO_COUNTS, ...counts } })),
  } as RunRecord;
}

const NO_HOST = { hosts: [], pools: [] };
/** The pool on the only host, where agents do not start. */
const BROKEN: PoolStanding = {
  ...{
    id: POOL,
    host: 'h1',
    share: { max_size: 4 },
    drained: false,
    waiting: 0,
    pullingUntil: 0,
    onTrial: false,
  },
  agents: { creating: 0, idle: 0, leased: 0, cleaning: 0, draining: 0, retiring: 0 },
  idleFor: new Map(),
  ...{ error: { code: 'IMAGE_NOT_FOUND', message: 'no such image' }, failures: 1, retryAt: NOW + 1 },
};
const HOST = { name: 'h1', workers: 1, isDrained: false, pressure: [] };

const reasons = (record: RunRecord, around: Partial<Surroundings> = {}, of: Definition = definition) =>
  explain(of, record, { pools: NO_HOST, nextRetry: new Map(), ...around }).map((step) => step.reasons);

it('names the steps that a step waits for, and leaves out those that have ended', () => {
  const record = run(['a', 'running', { running: 1 }], ['m', 'pending']);
  expect(reasons(record)).toEqual([[], [{ reason: 'dependency', on: [{ step: 'a', state: 'running' }] }]]);
  expect(reasons(run(['a', 'completed'], ['m', 'pending']))).toEqual([[{ reason: 'opening' }]]);
  expect(reasons(run(['a', 'completed'], ['m', 'completed']))).toEqual([]);
});

it('counts what runs and what waits', () => {
  const [step] = explain(definition, run(['m', 'running', { running: 1, pending: 7, retrying: 2 }]), {
    pools: NO_HOST,
    nextRetry: new Map(),
  });
  expect(step).toMatchObject({ step: 'm', state: 'running', running: 1, waiting: 9 });
});

it('tells a backoff, and nothing else where all that wait are in it', () => {
  const around = { nextRetry: new Map([['m', NOW + 500]]) };
  const backoff = { reason: 'retry_backoff', tasks: 2, until: NOW + 500 };
  expect(reasons(run(['m', 'running', { retrying: 2 }]), around)).toEqual([[backoff]]);
  const both = reasons(run(['m', 'running', { retrying: 2, pending: 1 }]), around);
  expect(both).toEqual([[backoff, { reason: 'no_host', pool: POOL }]]);
  const due = { nextRetry: new Map([['m', NOW]]) };
  expect(reasons(run(['m', 'running', { retrying: 2 }]), due)).toEqual([[{ reason: 'no_host', pool: POOL }]]);
});

it('tells with a backoff why agents do not start, for that is why tasks fail', () => {
  const around = { nextRetry: new Map([['m', NOW + 500]]), pools: { hosts: [HOST], pools: [BROKEN] } };
  expect(reasons(run(['m', 'running', { retrying: 2 }]), around)).toMatchObject([
    [{ reason: 'retry_backoff' }, { reason: 'image_missing', host: 'h1', error: BROKEN.error }],
  ]);
  expect(reasons(run(['m', 'running', { pending: 2 }]), around)).toMatchObject([
    [{ reason: 'image_missing' }],
  ]);
});

it('names what the open steps need agents for, each once', () => {
  const record = { ...run(['a', 'running', { pending: 1 }], ['m', 'pending', { pending: 1 }]), id: 'run_1' };
  const needs = [{ pool: POOL, realm: 'run_1' }];
  expect(agentNeeds(definition, { ...record, kin: 'run_1' })).toEqual(needs);
  const both = { ...run(['a', 'running', { pending: 1 }], ['m', 'running', { retrying: 1 }]), id: 'run_1' };
  expect(agentNeeds(definition, { ...both, kin: 'wf_1' })).toEqual([{ pool: POOL, realm: 'wf_1' }]);
  expect(agentNeeds(definition, { ...both, ...run(['a', 'running', { running: 1 }]) })).toEqual([]);
});

it('says that the run is paused, where nothing else comes first', () => {
  const paused = {
    ...run(['a', 'completed'], ['m', 'running', { running: 1, pending: 1 }]),
    state: 'paused',
  } as const;
  expect(reasons(paused)).toEqual([[{ reason: 'paused' }]]);
  const before = { ...run(['a', 'completed'], ['m', 'pending']), state: 'paused' } as const;
  expect(reasons(before)).toEqual([[{ reason: 'paused' }]]);
  const waiting = { ...run(['a', 'running'], ['m', 'pending']), state: 'paused' } as const;
  expect(reasons(waiting)[1]).toMatchObject([{ reason: 'dependency' }]);
});

it('tells the limit of the step, the narrower one', () => {
  const record = run(['m', 'running', { running: 2, pending: 1 }]);
  expect(reasons(record)).toEqual([[{ reason: 'parallel_limit', running: 2, limit: 2 }]]);
});

it.each([
  [{ signal: { name: 'go', timeout: '1m' } }, { what: 'signal', signal: 'go', until: 5 }],
  [{ approval: {} }, { what: 'approval', until: 5 }],
  [{ sleep: '1h' }, { what: 'time', until: 5 }],
])('tells what a waiting step waits for: %j', (wait, expected) => {
  const waiting = validateDefinition({ name: 'w', steps: [{ type: 'wait', name: 'w', ...wait }] });
  const record = run(['w', 'waiting']);
  record.steps[0]!.dueAt = 5;
  const [step] = explain(waiting, record, { pools: NO_HOST, nextRetry: new Map() });
  expect(step!.reasons).toEqual([{ reason: 'waits_for', ...expected }]);
});

it('tells when a rate lets the next attempt begin', () => {
  const record = run(['a', 'ready', { pending: 1 }]);
  const rate = { count: 100, perMs: 60_000, burst: 1 };
  const standing = { id: 'w', held: 0, waiting: 2, fullAt: NOW + 500 };
  const [full] = fullLimits([{ id: 'w', kind: 'workflow', rate }], [standing], NOW);
  expect(reasons(record, { full: [full!] })).toEqual([
    [{ reason: 'rate', limit: 'workflow', count: 100, perMs: 60_000, until: NOW + 500, lanesWaiting: 2 }],
  ]);
  expect(fullLimits([{ id: 'w', kind: 'workflow', rate }], [standing], NOW + 500)).toEqual([]);
  const wide = { ...rate, burst: 3 };
  expect(fullLimits([{ id: 'w', kind: 'workflow', rate: wide }], [standing], NOW)).toEqual([]);
});

it('names the limits that are full, before the pool', () => {
  const record = run(['a', 'ready', { pending: 1 }]);
  const full = [
    { id: 'k', kind: 'key' as const, maxParallel: 2, key: 'input.c', value: 'c1', held: 2, waiting: 5 },
    { id: 'global', kind: 'global' as const, maxParallel: 9, held: 9, waiting: 1 },
  ];
  expect(reasons(record, { full, pools: { hosts: [HOST], pools: [BROKEN] } })).toEqual([
    [
      {
        reason: 'limit',
        limit: 'key',
        key: 'input.c',
        value: 'c1',
        maxParallel: 2,
        held: 2,
        lanesWaiting: 5,
      },
      { reason: 'limit', limit: 'global', maxParallel: 9, held: 9, lanesWaiting: 1 },
    ],
  ]);
});

it('tells how many child runs a step waits for', () => {
  const steps = [
    { type: 'workflow', name: 'c', workflow: `wf_${'0'.repeat(26)}`, items: [1, 2, 3], max_parallel: 2 },
  ];
  const parent = validateDefinition({ name: 'w', steps });
  const of = (counts: Partial<TaskCounts>) => reasons(run(['c', 'running', counts]), {}, parent);
  expect(of({ running: 1, completed: 2 })).toEqual([[{ reason: 'child_runs', running: 1 }]]);
  expect(of({ running: 2, pending: 1 })).toEqual([
    [
      { reason: 'child_runs', running: 2 },
      { reason: 'parallel_limit', running: 2, limit: 2 },
    ],
  ]);
  expect(of({ pending: 3 })).toEqual([[{ reason: 'opening' }]]);
});
