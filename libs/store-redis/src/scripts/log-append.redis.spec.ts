import type { LogAttempt } from '@agentainer/engine';
import { RedisLogStore } from '../log-store.js';
import { testRedis } from '../redis.fixture.js';
import { type Attempt, STEP, StateRun } from '../state-run.fixture.js';

const redis = testRedis();
let run: StateRun;
beforeEach(async () => {
  run = await StateRun.open(redis);
});

const store = (runBytes?: number) => new RedisLogStore(run.redis, run.keys, runBytes);
const of = ({ index, token }: Attempt): LogAttempt => ({
  runId: run.runId,
  step: STEP,
  index,
  attempt: Number(token.split('.')[0]),
});
const chunk = (text: string, offset = 0) => ({ stream: 'stdout' as const, offset, text });
const all = () => store().after(run.runId, { at: 0 }, 1_000);
const bytes = async () => Number(await run.redis.get(run.keys.runLogBytes(run.runId)));

it('keeps chunks in the order in which they came, with where they are from and when', async () => {
  const [a, b] = [await run.claim(), await run.claim()];
  const before = Date.now() - 60_000;
  await store().append(of(a), [chunk('one'), { stream: 'stderr', offset: 7, text: 'zwei\nü' }], []);
  await store().append(of(b), [chunk('three')], []);
  const records = await all();
  expect(records).toMatchObject([
    { runId: run.runId, step: STEP, index: a.index, attempt: 1, stream: 'stdout', offset: 0, text: 'one' },
    { index: a.index, stream: 'stderr', offset: 7, text: 'zwei\nü' },
    { index: b.index, text: 'three' },
  ]);
  for (const { at } of records) expect(at).toBeGreaterThan(before);
  expect((await store().after(run.runId, records[1]!, 10)).map(({ text }) => text)).toEqual(['three']);
  expect((await store().after(run.runId, { at: 0 }, 2)).map(({ text }) => text)).toEqual(['one', 'zwei\nü']);
  expect((await store().before(run.runId, undefined, 2)).map(({ text }) => text)).toEqual([
    'three',
    'zwei\nü',
  ]);
  expect((await store().before(run.runId, records[1]!.id, 9)).map(({ text }) => text)).toEqual(['one']);
});

it('takes the last words of an attempt that has ended, until another one begins', async () => {
  const first = await run.claim();
  await run.complete(first);
  expect(await store().append(of(first), [chunk('done')], [])).toHaveLength(1);
  const lost = await run.claim();
  const second = await run.retry(lost);
  expect(await store().append(of(lost), [chunk('late')], [])).toBeUndefined();
  expect(await store().append(of(second), [chunk('second')], [])).toHaveLength(1);
  expect((await all()).map(({ text, attempt }) => [text, attempt])).toEqual([
    ['done', 1],
    ['second', 2],
  ]);
});

it('takes nothing of a task that nobody has begun, or that is no more', async () => {
  const task = of(await run.claim());
  expect(await store().append({ ...task, index: 2 }, [chunk('x')], [])).toBeUndefined();
  await run.runs.apply(run.runId, [
    { kind: 'close', step: STEP, to: 'cancelled' },
    { kind: 'finish', to: 'cancelled' },
  ]);
  expect(await store().append(task, [chunk('cut off')], [])).toHaveLength(1);
  await run.runs.remove(run.runId);
  expect(await store().append(task, [chunk('x')], [])).toBeUndefined();
  expect(await run.redis.keys(`${run.keys.run(run.runId)}*`)).toEqual([]);
});

it('forgets what it is told to, once', async () => {
  const attempt = of(await run.claim());
  const kept = (await store().append(attempt, [chunk('a'), chunk('b', 1)], []))!;
  const cost = await bytes();
  await store().append(attempt, [chunk('c', 2)], [kept[0]!]);
  await store().append(attempt, [chunk('d', 3)], [kept[0]!]);
  expect((await all()).map(({ text }) => text)).toEqual(['b', 'c', 'd']);
  expect(await bytes()).toBe(cost + kept[0]!.bytes);
});

it('keeps the newest of a run, whoever printed it', async () => {
  const [a, b] = [of(await run.claim()), of(await run.claim())];
  const small = store(10_000);
  for (let i = 0; i < 40; i++)
    await small.append(i % 2 ? a : b, [chunk(`${i}`.padEnd(900, '.'), i * 900)], []);
  const numbers = (await all()).map(({ text }) => parseInt(text, 10));
  expect(numbers).toEqual(Array.from({ length: 10 }, (_, i) => 30 + i));
  expect(await bytes()).toBe(10_000);
  await small.append(a, [chunk('x'.repeat(20_000))], []);
  expect(await all()).toEqual([]);
  await small.append(a, [chunk('y')], []);
  expect((await all()).map(({ text }) => text)).toEqual(['y']);
});

it('costs Redis little more than what it counts', async () => {
  const attempt = of(await run.claim());
  for (let i = 0; i < 200; i++)
    await store().append(attempt, [chunk('x'.repeat((i * 37) % 300), i), chunk('y'.repeat(i), i)], []);
  const held = (await run.redis.memory('USAGE', run.keys.runLogs(run.runId), 'SAMPLES', 0)) as number;
  expect(held).toBeLessThan(1.3 * (await bytes()));
});
