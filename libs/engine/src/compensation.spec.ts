import { type Definition, type StepState, validateDefinition } from '@agentainer/core';
import fc from 'fast-check';
import { decide } from './decide.js';
import { endNow } from './end-now.js';
import type { RunRecord, StepRecord } from './records.js';

const NONE = { pending: 0, running: 0, retrying: 0, completed: 0, failed: 0, timed_out: 0, cancelled: 0 };

const step = (
  name: string,
  state: StepState,
  finishedAt = 0,
  more: Partial<StepRecord> = {},
): StepRecord => ({
  name,
  state,
  total: 0,
  counts: NONE,
  dropped: 0,
  generation: 0,
  openedAt: 0,
  touchedAt: 0,
  startedAt: 0,
  finishedAt,
  ...more,
});

const run = (state: RunRecord['state'], steps: StepRecord[]): RunRecord => ({
  id: 'run_1',
  workflowId: null,
  kin: 'jobs',
  workflowVersion: null,
  state,
  createdAt: 0,
  finishedAt: 0,
  deadline: 10_000,
  revision: 0,
  readAt: 100,
  steps,
});

const seq = (name: string, more: object = {}) => ({ name, image: 'x', ...more });
const trip = validateDefinition({
  name: 'trip',
  steps: [
    seq('flight'),
    seq('hotel', { depends_on: ['flight'] }),
    seq('pay', { depends_on: ['hotel'] }),
    seq('no-flight', { compensates: 'flight' }),
    seq('no-hotel', { compensates: 'hotel', when: 'results.hotel != "free"' }),
    seq('no-pay', { compensates: 'pay' }),
  ],
});
const pending = (...names: string[]) => names.map((name) => step(name, 'pending'));
const undo = pending('no-flight', 'no-hotel', 'no-pay');
const way = (hotel: StepState, pay: StepState) => [
  step('flight', 'completed', 10),
  step('hotel', hotel, 20),
  step('pay', pay, 30),
];
const inBrief = (definition: Definition, record: RunRecord) => {
  const { open, ask, close, end } = decide(definition, record);
  return {
    open: open.map((s) => s.name),
    ask: ask.map((s) => s.name),
    close: close.map((c) => `${c.step} ${c.to}`),
    end: end?.to,
  };
};

it('runs no compensating step while nothing has failed, and skips them at the end', () => {
  const half = run('running', [step('flight', 'completed', 10), ...pending('hotel', 'pay'), ...undo]);
  expect(inBrief(trip, half)).toEqual({ open: ['hotel'], ask: [], close: [], end: undefined });
  expect(inBrief(trip, run('running', [...way('completed', 'completed'), ...undo]))).toEqual({
    open: [],
    ask: [],
    close: ['no-flight skipped', 'no-hotel skipped', 'no-pay skipped'],
    end: 'completed',
  });
});

it('compensates a run that fails, but not one that has nothing to undo', () => {
  const failed = run('running', [...way('completed', 'failed'), ...undo]);
  expect(decide(trip, failed).end).toMatchObject({ to: 'compensating', timeout: 3_600_000 });
  const early = run('running', [step('flight', 'failed', 10), ...pending('hotel', 'pay'), ...undo]);
  expect(inBrief(trip, early)).toMatchObject({
    close: expect.arrayContaining(['no-flight skipped', 'hotel skipped', 'pay skipped']) as string[],
    end: 'failed',
  });
});

it('undoes first what completed last, one after the other, and skips what has nothing to undo', () => {
  const steps = way('completed', 'failed');
  const asked = run('compensating', [...steps, ...undo]);
  expect(inBrief(trip, asked)).toEqual({ open: [], ask: ['no-hotel'], close: [], end: undefined });
  const hotel = step('no-hotel', 'pending', 0, { condition: { holds: true } });
  const known = run('compensating', [...steps, undo[0]!, hotel, undo[2]!]);
  expect(inBrief(trip, known).open).toEqual(['no-hotel']);
  const free = step('no-hotel', 'pending', 0, { condition: { holds: false } });
  expect(inBrief(trip, run('compensating', [...steps, undo[0]!, free, undo[2]!]))).toMatchObject({
    open: ['no-flight'],
    close: ['no-hotel skipped'],
  });
  const running = step('no-hotel', 'running', 0, { total: 1, counts: { ...NONE, running: 1 } });
  const under = run('compensating', [...steps, undo[0]!, running, undo[2]!]);
  expect(inBrief(trip, under)).toEqual({ open: [], ask: [], close: [], end: undefined });
});

it('goes on behind a compensating step that failed, and ends compensation_failed', () => {
  const steps = way('completed', 'failed');
  const failing = step('no-hotel', 'running', 0, { total: 1, counts: { ...NONE, failed: 1 } });
  const first = run('compensating', [...steps, undo[0]!, failing, undo[2]!]);
  expect(inBrief(trip, first)).toMatchObject({ close: ['no-hotel failed'], open: ['no-flight'] });
  const last = (hotel: StepState) =>
    run('compensating', [...steps, step('no-flight', 'completed'), step('no-hotel', hotel), undo[2]!]);
  expect(inBrief(trip, last('failed'))).toMatchObject({
    close: ['no-pay skipped'],
    end: 'compensation_failed',
  });
  expect(inBrief(trip, last('completed')).end).toBe('compensated');
});

it('ends when its time is over', () => {
  const record = run('compensating', [...way('completed', 'failed'), ...undo]);
  expect(inBrief(trip, { ...record, readAt: 10_000 })).toEqual({
    open: [],
    ask: [],
    close: ['no-hotel timed_out', 'no-flight timed_out', 'no-pay skipped'],
    end: 'compensation_failed',
  });
});

it('compensates a run that is cancelled or out of time, and takes what is open with it', () => {
  const record = run('running', [
    step('flight', 'completed', 10),
    step('hotel', 'running'),
    step('pay', 'pending'),
    ...undo,
  ]);
  const cancelled = endNow(trip, record, 'cancelled', { code: 'RUN_CANCELLED', message: 'x' });
  expect(cancelled.map((c) => `${c.kind} ${c.to}`)).toEqual([
    'close cancelled',
    'close cancelled',
    'compensate compensating',
  ]);
  const late = decide(trip, { ...record, readAt: 10_000 });
  expect(late.end).toMatchObject({ to: 'compensating', error: { code: 'RUN_TIMEOUT' } });
});

it('always runs in an order that undoes a step before those it depends on, and ends', () => {
  const graph = fc.integer({ min: 1, max: 7 }).chain((n) =>
    fc.tuple(
      fc.array(fc.array(fc.nat(6), { maxLength: 3 }), { minLength: n, maxLength: n }),
      fc.array(fc.nat(3), { minLength: n, maxLength: n }),
      fc.shuffledSubarray(
        Array.from({ length: n }, (_, i) => i),
        { minLength: n, maxLength: n },
      ),
    ),
  );
  fc.assert(
    fc.property(graph, ([edges, delays, order]) => {
      const before = edges.map((list, i) => [...new Set(list.filter((j) => j < i))]);
      const finishedAt: number[] = [];
      before.forEach((list, i) =>
        finishedAt.push(Math.max(0, ...list.map((j) => finishedAt[j]!)) + delays[i]!),
      );
      const forward = order.map((i) => seq(`s${i}`, { depends_on: before[i]!.map((j) => `s${j}`) }));
      const backward = before.map((_, i) => seq(`u${i}`, { compensates: `s${i}` }));
      const definition = validateDefinition({ name: 'w', steps: [...backward, ...forward] });
      const records = definition.steps.map(({ name }) =>
        name.startsWith('u')
          ? step(name, 'pending')
          : step(name, 'completed', finishedAt[Number(name.slice(1))]!),
      );
      const record = run('compensating', records);
      const undone: number[] = [];
      for (let rounds = 0; rounds <= before.length && record.state === 'compensating'; rounds++) {
        const { open, close, end } = decide(definition, record);
        for (const change of close) records.find((s) => s.name === change.step)!.state = change.to;
        expect(open.length).toBeLessThanOrEqual(1);
        for (const { name } of open) {
          undone.push(Number(name.slice(1)));
          Object.assign(
            records.find((s) => s.name === name)!,
            {
              state: 'running',
              total: 1,
              counts: { ...NONE, completed: 1 },
            },
          );
        }
        if (end) record.state = end.to as RunRecord['state'];
      }
      expect(record.state).toBe('compensated');
      expect([...undone].sort()).toEqual(before.map((_, i) => i));
      for (const [i, list] of before.entries())
        for (const j of list) expect(undone.indexOf(i)).toBeLessThan(undone.indexOf(j));
    }),
  );
});
