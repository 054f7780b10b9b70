import type { Start } from '@agentainer/engine';
import { testRedis } from '../redis.fixture.js';
import { RedisStartStore } from '../start-store.js';
import { type Attempt, STEP, StateRun } from '../state-run.fixture.js';

const redis = testRedis();
let run: StateRun;
beforeEach(async () => {
  run = await StateRun.open(redis, 2);
});

const job: Start = { kind: 'job', image: 'x', input: [1] };
function reserve({ index, token, agentId }: Attempt, seq: number, start: Start, id: string, atMost = 9) {
  const attempt = { runId: run.runId, step: STEP, index, token, agentId, seq };
  return new RedisStartStore(redis, run.keys).reserve(attempt, start, id, atMost);
}

it('reserves an id once for each number, also for a later attempt', async () => {
  const first = await run.claim();
  expect(await reserve(first, 1, job, 'run_a')).toEqual({ kind: 'reserved', runId: 'run_a' });
  expect(await reserve(first, 1, job, 'run_b')).toEqual({ kind: 'reserved', runId: 'run_a' });
  const again = await run.retry(first);
  expect(await reserve(first, 1, job, 'run_c')).toEqual({ kind: 'stale' });
  expect(await reserve(again, 1, job, 'run_d')).toEqual({ kind: 'reserved', runId: 'run_a' });
  expect(await reserve(again, 1, { ...job, input: [2] }, 'run_e')).toEqual({ kind: 'conflict' });
});

it('counts the starts of a task', async () => {
  const attempt = await run.claim();
  expect(await reserve(attempt, 1, job, 'run_a', 1)).toMatchObject({ kind: 'reserved' });
  expect(await reserve(attempt, 2, job, 'run_b', 1)).toEqual({ kind: 'full' });
  expect(await reserve(attempt, 1, job, 'run_b', 1)).toEqual({ kind: 'reserved', runId: 'run_a' });
  expect(await reserve(await run.claim(), 1, job, 'run_c', 1)).toEqual({ kind: 'reserved', runId: 'run_c' });
});

it('is for the running attempt of the task on its agent', async () => {
  const attempt = await run.claim();
  expect(await reserve({ ...attempt, agentId: 'other' }, 1, job, 'run_a')).toEqual({ kind: 'stale' });
  expect(await reserve({ ...attempt, token: '1.no' }, 1, job, 'run_a')).toEqual({ kind: 'stale' });
});
