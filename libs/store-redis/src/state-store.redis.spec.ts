import { ConflictError, InvalidInputError, NotFoundError } from '@agentainer/core';
import { STATE_LIMITS } from '@agentainer/engine';
import { testRedis } from './redis.fixture.js';
import { putState } from './scripts/state-put.js';
import { StateRun } from './state-run.fixture.js';

const redis = testRedis();
let run: StateRun;

beforeEach(async () => {
  run = await StateRun.open(redis);
});

const values = {
  text: 'grüße \u0000 "|"',
  number: 1.5e300,
  flag: false,
  none: null,
  list: [1, [2], { three: [] }],
  map: { b: [], a: { deep: '' } },
  __proto__x: 1,
};

it('gives back every kind of value as it was put', async () => {
  await run.state.put(run.runId, values);
  expect(await run.state.all(run.runId)).toEqual(values);
  expect(Object.keys(await run.state.all(run.runId))).toEqual(Object.keys(values).sort());
  for (const [key, value] of Object.entries(values)) {
    expect(await run.state.get(run.runId, key)).toEqual(value);
  }
});

it('sets some keys and leaves the others alone', async () => {
  await run.state.put(run.runId, { a: [1], b: 2 });
  await run.state.put(run.runId, { b: [3], c: 4 });
  await run.state.put(run.runId, {});
  expect(await run.state.all(run.runId)).toEqual({ a: [1], b: [3], c: 4 });
});

it('puts more elements at once than a call has arguments', async () => {
  const list = Array.from({ length: 100_000 }, () => 1);
  await run.state.put(run.runId, { a: list, b: list, c: list, d: list });
  expect(await run.state.all(run.runId)).toEqual({ a: list, b: list, c: list, d: list });
});

it('has nothing where nothing was put', async () => {
  expect(await run.state.get(run.runId, 'a')).toBeUndefined();
  expect(await run.state.all(run.runId)).toEqual({});
  expect(await run.state.all('run_unknown')).toEqual({});
});

it('keeps the states of two runs apart', async () => {
  const other = await StateRun.open(redis);
  await run.state.put(run.runId, { a: 1 });
  expect(await other.state.all(other.runId)).toEqual({});
});

it('refuses an unknown run and one that has ended', async () => {
  await expect(run.state.put('run_unknown', { a: 1 })).rejects.toThrow(NotFoundError);
  await run.state.put(run.runId, { a: 1 });
  await run.runs.apply(run.runId, [{ kind: 'finish', to: 'completed' }]);
  await expect(run.state.put(run.runId, { a: 2 })).rejects.toThrow(ConflictError);
  expect(await run.state.all(run.runId)).toEqual({ a: 1 });
});

it('names every fault of the keys and values, and puts none of them', async () => {
  const faulty = {
    'a b': 1,
    large: 'x'.repeat(STATE_LIMITS.value),
    long: Array.from({ length: STATE_LIMITS.elements + 1 }, () => 0),
    good: 1,
  };
  const error: unknown = await run.state.put(run.runId, faulty).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(InvalidInputError);
  expect((error as InvalidInputError).faults.map((f) => f.path)).toEqual(['a b', 'large', 'long']);
  expect(await run.state.all(run.runId)).toEqual({});
});

it('puts all or none where a limit would be passed', async () => {
  const limits = { keys: 3, total: 30 };
  const put = (state: Record<string, string>) => putState(redis, run.keys, run.runId, state, limits);
  expect(await put({ a: '1', b: '2' })).toBe('ok');
  expect(await put({ a: 'x', c: '3', d: '4' })).toBe('keys');
  expect(await put({ a: 'x', c: 'y'.repeat(30) })).toBe('total');
  expect(await run.state.all(run.runId)).toEqual({ a: '1', b: '2' });
  expect(await put({ a: 'x'.repeat(20), c: '3' })).toBe('ok');
  expect(await put({ a: '1', b: 'y'.repeat(20) })).toBe('ok');
});

it('refuses an operation with a value over the limit', async () => {
  const task = await run.claim();
  const value = 'x'.repeat(STATE_LIMITS.value);
  const answer = await run.call(task, { op: 'set', key: 'a', value });
  expect(answer).toEqual({ kind: 'full', limit: 'value' });
  const list = Array.from({ length: STATE_LIMITS.elements + 1 }, () => 0);
  expect(await run.call(task, { op: 'set', key: 'a', value: list })).toEqual({
    kind: 'full',
    limit: 'elements',
  });
});
