import { testRedis } from '../redis.fixture.js';
import { STEP, StateRun } from '../state-run.fixture.js';
import { configureStep } from './step-configure.js';

const redis = testRedis();
let run: StateRun;
beforeEach(async () => {
  run = await StateRun.open(redis);
});

const configure = (step: string, maxParallel?: number, runId = run.runId) =>
  configureStep(run.redis, run.keys, runId, step, { maxParallel });

it('changes a setting and tells of it', async () => {
  expect(await configure(STEP, 2)).toBe('ok');
  const record = await run.runs.load(run.runId);
  expect(record!.steps[0]).toMatchObject({ maxParallel: 2 });
  const last = (await run.runs.events(run.runId, 0, 100)).at(-1);
  expect(last).toMatchObject({
    type: 'step.changed',
    data: { step: STEP, setting: 'maxParallel', value: '2' },
  });
});

it('lets no more tasks be claimed than may run at once', async () => {
  await configure(STEP, 1);
  const attempt = await run.claim('a1');
  await expect(run.claim('a2')).rejects.toThrow('nothing to claim: full');
  await run.complete(attempt);
  await run.claim('a2');
  await configure(STEP, 2);
  await run.claim('a3');
});

it('leaves alone what is not given', async () => {
  await configure(STEP, 2);
  expect(await configure(STEP)).toBe('ok');
  expect((await run.runs.load(run.runId))!.steps[0]!.maxParallel).toBe(2);
});

it('refuses a step that has ended or does not exist', async () => {
  expect(await configure('none', 1)).toBe('unknown');
  expect(await configure(STEP, 1, 'run_none')).toBe('unknown');
  await run.runs.apply(run.runId, [{ kind: 'close', step: STEP, to: 'timed_out' }]);
  expect(await configure(STEP, 1)).toBe('ended');
});
