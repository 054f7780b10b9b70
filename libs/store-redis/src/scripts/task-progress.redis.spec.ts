import { testRedis } from '../redis.fixture.js';
import { STEP, StateRun } from '../state-run.fixture.js';
import { reportProgress } from './task-progress.js';

const redis = testRedis();
let run: StateRun;
beforeEach(async () => {
  run = await StateRun.open(redis);
});

const report = (attempt: { index: number; token: string }, value: string) =>
  reportProgress(run.redis, run.keys, { runId: run.runId, step: STEP, ...attempt }, value);
const progress = () => run.runs.progress(run.runId, STEP);

it('keeps the latest value of each running task until it ends', async () => {
  const [a, b] = [await run.claim('a1'), await run.claim('a2')];
  expect(await report(b, '1')).toBe(true);
  expect(await report(a, '{"n":1}')).toBe(true);
  expect(await report(a, '"a|b"')).toBe(true);
  expect((await progress()).map(({ index, value }) => [index, value])).toEqual([
    [a.index, '"a|b"'],
    [b.index, '1'],
  ]);
  await run.complete(a);
  expect((await progress()).map(({ index }) => index)).toEqual([b.index]);
});

it('takes nothing of an attempt that is not the task’s, or of a run that has ended', async () => {
  const a = await run.claim('a1');
  expect(await report({ ...a, token: 'other' }, '1')).toBe(false);
  expect(await report({ ...a, index: 77 }, '1')).toBe(false);
  await run.runs.apply(run.runId, [{ kind: 'finish', to: 'cancelled' }]);
  expect(await report(a, '1')).toBe(false);
});
