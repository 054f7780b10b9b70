import { testRedis } from '../redis.fixture.js';
import { StateRun } from '../state-run.fixture.js';
import { noteRedrive } from './run-redrive.js';

const redis = testRedis();
let run: StateRun;
beforeEach(async () => {
  run = await StateRun.open(redis);
});

it('keeps the first run that is to redrive this one', async () => {
  expect((await run.runs.load(run.runId))!.redrivenBy).toBeUndefined();
  expect(await noteRedrive(run.redis, run.keys, run.runId, 'run_a')).toBe('run_a');
  expect(await noteRedrive(run.redis, run.keys, run.runId, 'run_b')).toBe('run_a');
  expect((await run.runs.load(run.runId))!.redrivenBy).toBe('run_a');
});

it('notes nothing of a run that does not exist', async () => {
  expect(await noteRedrive(run.redis, run.keys, 'run_none', 'run_a')).toBeUndefined();
  expect(await run.redis.exists(run.keys.run('run_none'))).toBe(0);
});
