import { type DefinitionInput, type StepState, type TaskState, validateDefinition } from '@agentainer/core';
import fc from 'fast-check';
import { decide } from './decide.js';
import type { RunRecord, StepRecord } from './records.js';

const COUNTS: Record<TaskState, number> = {
  pending: 0,
  running: 0,
  retrying: 0,
  completed: 0,
  failed: 0,
  timed_out: 0,
  cancelled: 0,
};

function step(name: string, state: StepState, counts: Partial<typeof COUNTS> = {}): StepRecord {
  const all = { ...COUNTS, ...counts };
  const total = Object.values(all).reduce((a, b) => a + b, 0);
  return {
    name,
    state,
    total,
    counts: all,
    dropped: 0,
    generation: 0,
    openedAt: 0,
    touchedAt: 0,
    startedAt: 0,
    finishedAt: 0,
  };
}

function run(...steps: StepRecord[]): RunRecord {
  return {
    id: 'run_1',
    workflowId: null,
    kin: 'jobs',
    workflowVersion: null,
    state: 'running',
    createdAt: 0,
    finishedAt: 0,
    deadline: 1,
    revision: 0,
    readAt: 0,
    steps,
  };
}

const steps = (...list: DefinitionInput['steps']) => validateDefinition({ name: 'w', steps: list });
const seq = (name: string, ...depends_on: string[]) => ({ name, image: 'x', depends_on });
const diamond = steps(seq('a'), seq('b', 'a'), seq('c', 'a'), seq('d', 'b', 'c'));
const names = (d: ReturnType<typeof decide>) => ({
  close: d.close.map((c) => `${c.step} ${c.to}`),
  open: d.open.map((s) => s.name),
  finish: d.end?.to,
});

it('opens the steps that wait for nothing', () => {
  const record = run(...['a', 'b', 'c', 'd'].map((n) => step(n, 'pending')));
  expect(names(decide(diamond, record))).toEqual({ close: [], open: ['a'], finish: undefined });
});

it('closes a step and opens all that waited for it alone', () => {
  const record = run(
    step('a', 'running', { completed: 1 }),
    ...['b', 'c', 'd'].map((n) => step(n, 'pending')),
  );
  expect(names(decide(diamond, record))).toEqual({
    close: ['a completed'],
    open: ['b', 'c'],
    finish: undefined,
  });
});

it('opens a step only when all its dependencies are completed', () => {
  const done = step('a', 'completed', { completed: 1 });
  const half = run(
    done,
    step('b', 'running', { completed: 1 }),
    step('c', 'running', { running: 1 }),
    step('d', 'pending'),
  );
  expect(names(decide(diamond, half))).toEqual({ close: ['b completed'], open: [], finish: undefined });
  const both = run(
    done,
    step('b', 'completed'),
    step('c', 'running', { completed: 1 }),
    step('d', 'pending'),
  );
  expect(names(decide(diamond, both)).open).toEqual(['d']);
});

it('skips what depends on a failed step and fails the run with its error', () => {
  const failed = { ...step('a', 'running', { failed: 1 }), error: { code: 'X', message: 'boom' } };
  const decision = decide(diamond, run(failed, ...['b', 'c', 'd'].map((n) => step(n, 'pending'))));
  expect(names(decision)).toEqual({
    close: ['a failed', 'b skipped', 'c skipped', 'd skipped'],
    open: [],
    finish: 'failed',
  });
  expect(decision.end?.error).toEqual({ code: 'X', message: 'step a: boom' });
});

it('lets a map step go on with part of its results only where the definition says so', () => {
  const map = (continue_on_partial: boolean) =>
    steps({ type: 'map', name: 'm', image: 'x', items: [], continue_on_partial });
  const partial = run(step('m', 'running', { completed: 2, failed: 1 }));
  expect(names(decide(map(false), partial)).finish).toBe('failed');
  expect(names(decide(map(true), partial)).finish).toBe('completed');
  expect(names(decide(map(true), run(step('m', 'running', { failed: 3 })))).finish).toBe('failed');
});

it('closes a step that fails fast while tasks of it are open, and one that does not only at its end', () => {
  const map = (on_failure: 'fail_fast' | 'finish') =>
    steps(
      { type: 'map', name: 'm', image: 'x', items: [], failure_tolerance: 1, on_failure },
      { type: 'reduce', name: 'r', image: 'x', over: 'm' },
    );
  const half = run(step('m', 'running', { pending: 5, running: 2, failed: 2 }), step('r', 'pending'));
  expect(names(decide(map('finish'), half)).close).toEqual([]);
  expect(names(decide(map('fail_fast'), half))).toEqual({
    close: ['m failed', 'r skipped'],
    open: [],
    finish: 'failed',
  });
  const tolerated = run(step('m', 'running', { pending: 5, running: 2, failed: 1 }), step('r', 'pending'));
  expect(names(decide(map('fail_fast'), tolerated)).close).toEqual([]);
});

it('closes a step whose own time is over, and fails the run with that', () => {
  const limited = steps({ ...seq('a'), step_timeout: 5 }, seq('b', 'a'));
  const open = run({ ...step('a', 'running', { running: 1 }), openedAt: 1_000 }, step('b', 'pending'));
  const at = (readAt: number) => decide(limited, { ...open, deadline: 1e9, readAt });
  expect(names(at(5_999)).close).toEqual([]);
  expect(names(at(6_000))).toEqual({ close: ['a timed_out', 'b skipped'], open: [], finish: 'failed' });
  expect(at(6_000).close[0]).toMatchObject({ error: { code: 'STEP_TIMEOUT' } });
  expect(at(6_000).end?.error).toMatchObject({ code: 'STEP_TIMEOUT' });
});

it('does not count the time for which its run was paused as time of a step', () => {
  const limited = steps({ ...seq('a'), step_timeout: 5 });
  const opened = { ...step('a', 'running', { running: 1 }), openedAt: 1_000 };
  const open = run({ ...opened, paused: { sinceOpened: 60_000, sinceLinedUp: 0 } });
  const at = (readAt: number) => decide(limited, { ...open, deadline: 1e9, readAt });
  expect(names(at(65_999)).close).toEqual([]);
  expect(names(at(66_000)).close).toEqual(['a timed_out']);
});

it('lets a step complete whose tasks have all ended, however late that is seen', () => {
  const limited = steps({ ...seq('a'), step_timeout: 5 });
  const late = { ...run(step('a', 'running', { completed: 1 })), deadline: 1e9, readAt: 1e6 };
  expect(names(decide(limited, late))).toEqual({ close: ['a completed'], open: [], finish: 'completed' });
});

it('completes a step without tasks', () => {
  const empty = steps({ type: 'map', name: 'm', image: 'x', items: [] });
  expect(names(decide(empty, run(step('m', 'ready'))))).toEqual({
    close: ['m completed'],
    open: [],
    finish: 'completed',
  });
});

it('ends a run whose time is over, with every step that is open', () => {
  const record = run(
    step('a', 'completed'),
    step('b', 'running', { running: 1 }),
    step('c', 'pending'),
    step('d', 'pending'),
  );
  expect(names(decide(diamond, { ...record, readAt: 1 }))).toEqual({
    close: ['b timed_out', 'c timed_out', 'd timed_out'],
    open: [],
    finish: 'timed_out',
  });
});

it('decides nothing for a run that has ended', () => {
  const record = { ...run(step('a', 'pending')), state: 'timed_out' as const };
  expect(names(decide(steps(seq('a')), record))).toEqual({ close: [], open: [], finish: undefined });
});

it('brings every graph to its end, and no step before its dependencies', () => {
  const graph = fc
    .integer({ min: 1, max: 12 })
    .chain((size) =>
      fc.tuple(
        ...Array.from({ length: size }, (_, i) =>
          fc.record({ deps: fc.subarray(range(i)), fails: fc.boolean() }),
        ),
      ),
    );
  fc.assert(
    fc.property(graph, (nodes) => {
      const definition = steps(...nodes.map((n, i) => seq(`s${i}`, ...n.deps.map((d) => `s${d}`))));
      const record = run(...nodes.map((_, i) => step(`s${i}`, 'pending')));
      for (let rounds = 0; rounds <= nodes.length && record.state === 'running'; rounds++) {
        const decision = decide(definition, record);
        for (const { step: name, to } of decision.close) find(record, name).state = to;
        for (const { name, depends_on } of decision.open) {
          expect(depends_on.map((d) => find(record, d).state)).toEqual(depends_on.map(() => 'completed'));
          const fails = nodes[Number(name.slice(1))]!.fails;
          const counts = { ...COUNTS, [fails ? 'failed' : 'completed']: 1 };
          Object.assign(find(record, name), { state: 'running', total: 1, counts });
        }
        if (decision.end) record.state = decision.end.to;
      }
      const failed = record.steps.some((s) => s.state === 'failed');
      expect(record.state).toBe(failed ? 'failed' : 'completed');
      for (const s of record.steps) expect(['completed', 'failed', 'skipped']).toContain(s.state);
    }),
  );
});

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const find = (record: RunRecord, name: string) => record.steps.find((s) => s.name === name)!;

describe('conditions and merges', () => {
  const branches = (join: 'all' | 'any' | 'none_failed') =>
    steps(
      { ...seq('a'), when: 'input.a' },
      { ...seq('b'), when: 'input.b' },
      { ...seq('end', 'a', 'b'), join },
    );
  const settled = (name: string, holds: boolean): StepRecord => ({
    ...step(name, 'pending'),
    condition: { holds },
  });
  const done = (name: string) => step(name, 'completed', { completed: 1 });
  const skipped = (name: string) => ({ ...step(name, 'skipped'), condition: { holds: false } });
  const failed = (name: string) => ({ ...step(name, 'failed'), error: { code: 'X', message: 'x' } });
  const waiting = step('end', 'pending');
  const decided = (join: 'all' | 'any' | 'none_failed', ...records: StepRecord[]) => {
    const decision = decide(branches(join), run(...records));
    return { ...names(decision), ask: decision.ask.map((s) => s.name) };
  };

  it('asks for the conditions of what could be opened, and goes by the answers', () => {
    const asked = decided('all', step('a', 'pending'), step('b', 'pending'), waiting);
    expect(asked).toEqual({ ask: ['a', 'b'], close: [], open: [], finish: undefined });
    const answered = decided('none_failed', settled('a', true), settled('b', false), waiting);
    expect(answered).toEqual({ ask: [], close: ['b skipped'], open: ['a'], finish: undefined });
  });

  it('fails a step of whose condition nothing can be told', () => {
    const unclear = { ...step('a', 'pending'), condition: { fault: 'No such key: a' } };
    const decision = decide(branches('any'), run(unclear, done('b'), waiting));
    const message = 'its condition: No such key: a';
    expect(decision.close).toEqual([
      { kind: 'close', step: 'a', to: 'failed', error: { code: 'CONDITION_FAILED', message } },
    ]);
    expect(names(decision).open).toEqual(['end']);
  });

  it.each([
    ['all', done('a'), done('b'), 'open'],
    ['all', done('a'), skipped('b'), 'skip'],
    ['all', done('a'), step('b', 'running', { running: 1 }), 'wait'],
    ['any', done('a'), skipped('b'), 'open'],
    ['any', done('a'), failed('b'), 'open'],
    ['any', done('a'), step('b', 'running', { running: 1 }), 'open'],
    ['any', skipped('a'), skipped('b'), 'skip'],
    ['none_failed', done('a'), skipped('b'), 'open'],
    ['none_failed', skipped('a'), skipped('b'), 'open'],
    ['none_failed', done('a'), failed('b'), 'skip'],
    ['none_failed', skipped('a'), step('b', 'running', { running: 1 }), 'wait'],
  ] as const)('%s: %o and %o', (join, a, b, expected) => {
    const { open, close } = decided(join, a, b, waiting);
    const met = open.includes('end') ? 'open' : close.includes('end skipped') ? 'skip' : 'wait';
    expect(met).toBe(expected);
  });

  it('completes a run whose other branches were not taken', () => {
    expect(decided('all', done('a'), skipped('b'), waiting).finish).toBe('completed');
    expect(decided('all', skipped('a'), skipped('b'), waiting).finish).toBe('completed');
  });

  it('takes a step that was skipped for a failure as failed', () => {
    const definition = steps(seq('a'), seq('b', 'a'), { ...seq('end', 'b'), join: 'none_failed' });
    const decision = decide(definition, run(failed('a'), step('b', 'skipped'), waiting));
    expect(names(decision)).toEqual({ close: ['end skipped'], open: [], finish: 'failed' });
  });

  it('has what its data comes from ended, whatever is enough for the rest', () => {
    const definition = steps(seq('a'), seq('b'), {
      ...seq('end', 'a'),
      join: 'any' as const,
      input: { step: 'b' },
    });
    const busy = step('b', 'running', { running: 1 });
    expect(names(decide(definition, run(done('a'), busy, waiting))).open).toEqual([]);
    expect(names(decide(definition, run(done('a'), done('b'), waiting))).open).toEqual(['end']);
  });
});
