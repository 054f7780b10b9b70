import type { StateOperation } from '@agentainer/core';
import { testRedis } from '../redis.fixture.js';
import { type Attempt, StateRun, STEP } from '../state-run.fixture.js';
import { applyStateOperation, STATE_APPLY_LIMITS } from './state-apply.js';

const redis = testRedis();
let run: StateRun;
let task: Attempt;

beforeEach(async () => {
  run = await StateRun.open(redis);
  task = await run.claim();
});

const ok = (value: unknown) => ({ kind: 'ok', value });
const get = (key: string): StateOperation => ({ op: 'get', key });
const increment = (key: string, by = 1): StateOperation => ({ op: 'increment', key, by });

describe('increment', () => {
  it('counts from 0, up and down', async () => {
    expect(await run.call(task, increment('n', 5))).toEqual(ok(5));
    expect(await run.call(task, increment('n', -7))).toEqual(ok(-2));
    expect(await run.call(task, increment('n', 2))).toEqual(ok(0));
    expect(await run.state.get(run.runId, 'n')).toBe(0);
  });

  it('is exact up to the largest safe integer and refuses to go on from there', async () => {
    await run.call(task, { op: 'set', key: 'n', value: Number.MAX_SAFE_INTEGER - 1 });
    expect(await run.call(task, increment('n'))).toEqual(ok(9_007_199_254_740_991));
    expect(await run.call(task, increment('n'))).toEqual({ kind: 'wrong_type', expected: 'safe_number' });
    expect(await run.state.get(run.runId, 'n')).toBe(9_007_199_254_740_991);
  });

  it('adds fractions as JavaScript does', async () => {
    await run.call(task, increment('n', 0.1));
    expect(await run.call(task, increment('n', 0.2))).toEqual(ok(0.1 + 0.2));
    expect(await run.call(task, increment('n', 1e-7))).toEqual(ok(0.1 + 0.2 + 1e-7));
    expect(await run.call(task, increment('m', 1e300))).toEqual(ok(1e300));
  });

  it('refuses a sum that is no number', async () => {
    await run.call(task, increment('n', 1.7e308));
    expect(await run.call(task, increment('n', 1.7e308))).toEqual({
      kind: 'wrong_type',
      expected: 'safe_number',
    });
  });

  it.each([['"5"'], ['true'], ['{}'], ['[]'], ['"inf"']])('refuses to count on from %s', async (text) => {
    await run.call(task, { op: 'set', key: 'n', value: JSON.parse(text) });
    expect(await run.call(task, increment('n'))).toEqual({ kind: 'wrong_type', expected: 'number' });
  });

  it('gives a sum that compareAndSwap knows again', async () => {
    await run.call(task, increment('n', 0.000_01));
    const swap = { op: 'compareAndSwap', key: 'n', expected: 0.000_01, value: 1 } as const;
    expect(await run.call(task, swap)).toMatchObject({ swapped: true });
  });
});

describe('lists', () => {
  it('appends to nothing, and to a list that was set', async () => {
    expect(await run.call(task, { op: 'append', key: 'a', value: { x: [1] } })).toEqual(ok(1));
    await run.call(task, { op: 'set', key: 'b', value: [1, 'two'] });
    expect(await run.call(task, { op: 'append', key: 'b', value: null })).toEqual(ok(3));
    expect(await run.state.all(run.runId)).toEqual({ a: [{ x: [1] }], b: [1, 'two', null] });
  });

  it('keeps an empty list a list', async () => {
    await run.call(task, { op: 'set', key: 'a', value: [] });
    expect(await run.call(task, get('a'))).toEqual(ok([]));
    expect(await run.call(task, { op: 'append', key: 'a', value: 1 })).toEqual(ok(1));
  });

  it.each(['addToSet', 'removeFromSet'] as const)('are not sets: %s is refused', async (op) => {
    await run.call(task, { op: 'set', key: 'a', value: [1] });
    expect(await run.call(task, { op, key: 'a', value: 1 })).toEqual({ kind: 'wrong_type', expected: 'set' });
  });

  it('makes way for a plain value and leaves nothing behind', async () => {
    await run.call(task, { op: 'set', key: 'a', value: [1, 2] });
    await run.call(task, { op: 'set', key: 'a', value: 'plain' });
    expect(await redis.exists(run.keys.stateList(run.runId, 'a'))).toBe(0);
    expect(await run.call(task, { op: 'append', key: 'a', value: 1 })).toMatchObject({ expected: 'list' });
  });

  it('may have as many elements as one value holds', async () => {
    const value = Array.from({ length: 100_000 }, (_, i) => i % 10);
    await run.call(task, { op: 'set', key: 'a', value });
    expect(await run.state.get(run.runId, 'a')).toEqual(value);
  });
});

describe('sets', () => {
  it('hold equal values once, whatever the order of their fields', async () => {
    const first = { op: 'addToSet', key: 's', value: { a: 1, b: 2 } } as const;
    expect(await run.call(task, first)).toEqual(ok(true));
    expect(await run.call(task, { ...first, value: { b: 2, a: 1 } as never })).toEqual(ok(false));
    expect(await run.call(task, { op: 'removeFromSet', key: 's', value: 'none' })).toEqual(ok(false));
    expect(await run.call(task, { ...first, op: 'removeFromSet' })).toEqual(ok(true));
    expect(await run.call(task, get('s'))).toEqual(ok([]));
  });

  it('read in the order of their JSON texts', async () => {
    for (const value of ['b', 'B', 'ä', 10, 9]) await run.call(task, { op: 'addToSet', key: 's', value });
    expect(await run.call(task, get('s'))).toEqual(ok(['B', 'b', 'ä', 10, 9]));
  });
});

describe('compareAndSwap', () => {
  const swap = (expected: unknown, value: unknown) =>
    run.call(task, { op: 'compareAndSwap', key: 'k', expected: expected as never, value: value as never });

  it('takes nothing for null, and answers what is there', async () => {
    expect(await swap('x', 'y')).toEqual({ kind: 'ok', swapped: false, value: null });
    expect(await swap(null, { b: 1, a: [2] })).toEqual({
      kind: 'ok',
      swapped: true,
      value: { b: 1, a: [2] },
    });
    expect(await swap(null, 3)).toEqual({ kind: 'ok', swapped: false, value: { b: 1, a: [2] } });
    expect(await swap({ a: [2], b: 1 }, ['l'])).toMatchObject({ swapped: true });
    expect(await swap(['l'], null)).toMatchObject({ swapped: true });
    expect(await swap(null, 'end')).toMatchObject({ swapped: true });
    expect(await run.state.get(run.runId, 'k')).toBe('end');
  });
});

it('lets a key that holds null become anything', async () => {
  const operations: [StateOperation, unknown][] = [
    [increment('a'), 1],
    [{ op: 'append', key: 'b', value: 'x' }, ['x']],
    [{ op: 'addToSet', key: 'c', value: 'x' }, ['x']],
  ];
  for (const [operation, after] of operations) {
    await run.call(task, { op: 'set', key: operation.key, value: null });
    expect(await run.state.get(run.runId, operation.key)).toBeNull();
    await run.call(task, operation);
    expect(await run.state.get(run.runId, operation.key)).toEqual(after);
  }
  expect(await redis.hget(run.keys.state(run.runId), '#bytes')).toBe('7');
});

describe('a repeated call', () => {
  const operations: StateOperation[] = [
    get('k'),
    { op: 'set', key: 'k', value: 1 },
    increment('k', 2),
    { op: 'append', key: 'l', value: 'x' },
    { op: 'addToSet', key: 's', value: 'x' },
    { op: 'removeFromSet', key: 's', value: 'x' },
    { op: 'addToSet', key: 's', value: 'y' },
    { op: 'compareAndSwap', key: 'k', expected: 3, value: 4 },
    { op: 'compareAndSwap', key: 'k', expected: 3, value: 4 },
  ];

  it('gets its first answer and changes nothing, in the same attempt and in later ones', async () => {
    const answers = [];
    for (const operation of operations) {
      const answer = await run.call(task, operation);
      expect(await run.repeat(task, operation)).toEqual(answer);
      answers.push(answer);
    }
    const other = await run.claim();
    await run.call(other, { op: 'set', key: 'k', value: 'other' });
    const before = await run.state.all(run.runId);

    const retried = await run.retry(task);
    for (const [i, operation] of operations.entries()) {
      expect(await run.call(retried, operation)).toEqual(answers[i]);
    }
    expect(await run.state.all(run.runId)).toEqual(before);
    expect(before).toEqual({ k: 'other', l: ['x'], s: ['y'] });
  });

  it('of a loop over compareAndSwap counts once', async () => {
    const count = async (attempt: Attempt) => {
      for (;;) {
        const read = await run.call(attempt, get('k'));
        if (read.kind !== 'ok') throw new Error(read.kind);
        const value = ((read.value as number | null) ?? 0) + 1;
        const swap = { op: 'compareAndSwap', key: 'k', expected: read.value, value } as const;
        const swapped = await run.call(attempt, swap);
        if (swapped.kind !== 'ok') throw new Error(swapped.kind);
        if (swapped.swapped) return;
      }
    };
    const others = [await run.claim(), await run.claim()];
    await Promise.all([task, ...others].map(count));
    await count(await run.retry(task));
    expect(await run.state.get(run.runId, 'k')).toBe(3);
  });

  it('with another operation, key or value is a conflict', async () => {
    await run.call(task, increment('n'));
    for (const operation of [increment('n', 2), increment('m'), get('n')]) {
      expect(await run.repeat(task, operation)).toEqual({ kind: 'conflict' });
    }
    expect(await run.state.all(run.runId)).toEqual({ n: 1 });
  });

  it('may set another value: a retry replaces what its earlier attempt wrote', async () => {
    await run.call(task, { op: 'set', key: 'k', value: 'first' });
    const retried = await run.retry(task);
    await run.call(retried, { op: 'set', key: 'k', value: 'second' });
    await run.repeat(retried, { op: 'set', key: 'k', value: 'second' });
    expect(await run.state.get(run.runId, 'k')).toBe('second');
  });

  it('reads the present where the first answer was too large to keep', async () => {
    const large = 'x'.repeat(5_000);
    await run.call(task, { op: 'set', key: 'k', value: large });
    const first = await run.call(task, get('k'));
    const kept = { op: 'compareAndSwap', key: 'k', expected: 1, value: 2 } as const;
    await run.call(task, kept);
    await run.state.put(run.runId, { k: 'present' });
    expect(first).toEqual(ok(large));
    expect(await run.repeat(task, get('k'), 2)).toEqual(ok('present'));
    expect(await run.repeat(task, kept)).toEqual({ kind: 'ok', swapped: false, value: 'present' });
  });

  it('that was refused is judged anew', async () => {
    await run.call(task, { op: 'set', key: 'n', value: 'text' });
    await run.call(task, increment('n'));
    await run.state.put(run.runId, { n: 1 });
    expect(await run.repeat(task, increment('n'))).toEqual(ok(2));
  });
});

describe('an attempt that is not the running one', () => {
  const stale = { kind: 'stale' };

  it('is refused once the task was claimed again', async () => {
    await run.call(task, increment('n'));
    await run.retry(task);
    expect(await run.repeat(task, increment('n'))).toEqual(stale);
    expect(await run.call(task, get('n'))).toEqual(stale);
  });

  it('is refused with the token of another task, or from another agent', async () => {
    const other = await run.claim();
    expect(await run.call({ ...task, index: other.index }, get('n'))).toEqual(stale);
    expect(await run.call({ ...task, agentId: other.agentId }, get('n'))).toEqual(stale);
    expect(await run.call({ ...task, token: '' }, get('n'))).toEqual(stale);
  });

  it('is refused while the task waits for a retry', async () => {
    const error = { code: 'X', message: '' };
    const end = { kind: 'failed', error, retryInMs: 60_000 } as const;
    const completion = { index: task.index, token: task.token, end };
    await run.ledger.completeAndClaim({ runId: run.runId, step: STEP, completion });
    expect(await run.call(task, get('n'))).toEqual(stale);
    expect(await run.call({ ...task, token: '' }, get('n'))).toEqual(stale);
  });

  it('is refused when its task, its step or its run has ended', async () => {
    const second = await run.claim();
    const third = await run.claim();
    await run.complete(task);
    expect(await run.call(task, increment('n'))).toEqual(stale);
    await run.runs.apply(run.runId, [{ kind: 'close', step: STEP, to: 'failed' }]);
    expect(await run.call(second, increment('n'))).toEqual(stale);
    await run.runs.apply(run.runId, [{ kind: 'finish', to: 'failed' }]);
    expect(await run.call(third, increment('n'))).toEqual(stale);
    expect(await run.state.all(run.runId)).toEqual({});
  });

  it('is refused where run and task are unknown', async () => {
    const unknown = { runId: 'run_0', step: STEP, index: 0, token: 't', agentId: 'a', seq: 1 };
    expect(await run.state.apply({ ...unknown, operation: get('n') })).toEqual(stale);
  });
});

describe('limits', () => {
  const limits = { ...STATE_APPLY_LIMITS, keys: 2, elements: 2, total: 20, operations: 6 };
  const call = (operation: StateOperation) => {
    const { index, token, agentId } = task;
    const request = { runId: run.runId, step: STEP, index, token, agentId, seq: ++task.calls, operation };
    return applyStateOperation(redis, run.keys, request, limits);
  };
  const full = (limit: string) => ({ kind: 'full', limit });

  it('count the keys', async () => {
    await call(increment('a'));
    await call(increment('b'));
    for (const operation of [
      increment('c'),
      { op: 'set', key: 'c', value: 1 },
      { op: 'append', key: 'c', value: 1 },
      { op: 'addToSet', key: 'c', value: 1 },
    ] as StateOperation[]) {
      expect(await call(operation)).toEqual(full('keys'));
    }
    expect(await call(increment('a'))).toEqual(ok(2));
  });

  it('count the elements of a list and of a set', async () => {
    for (const op of ['append', 'addToSet'] as const) {
      await call({ op, key: op, value: 1 });
      await call({ op, key: op, value: 2 });
      expect(await call({ op, key: op, value: 3 })).toEqual(full('elements'));
    }
    expect(await call({ op: 'addToSet', key: 'addToSet', value: 2 })).toEqual(ok(false));
  });

  it('count the bytes of the whole state, down as well as up', async () => {
    await call({ op: 'set', key: 'a', value: 'x'.repeat(16) });
    expect(await call({ op: 'append', key: 'b', value: 'abc' })).toEqual(full('total'));
    await call({ op: 'set', key: 'a', value: ['abc', 'def'] });
    expect(await call({ op: 'append', key: 'b', value: 'abcdefgh' })).toEqual(ok(1));
    expect(await redis.hget(run.keys.state(run.runId), '#bytes')).toBe('20');
    await call({ op: 'set', key: 'b', value: 0 });
    expect(await redis.hget(run.keys.state(run.runId), '#bytes')).toBe('11');
  });

  it('count the calls of a task, not those that are repeated', async () => {
    for (let i = 0; i < 6; i++) await call(increment('a'));
    expect(await call(increment('a'))).toEqual(full('operations'));
    expect(await run.repeat(task, increment('a'), 6)).toEqual(ok(6));
  });
});

it("forgets a task's calls when the task has ended", async () => {
  await run.call(task, increment('n'));
  const operations = `${run.keys.stepOperations(run.runId, STEP)}:${task.index}`;
  expect(await redis.exists(operations)).toBe(1);
  await run.complete(task);
  expect(await redis.exists(operations)).toBe(0);
});
