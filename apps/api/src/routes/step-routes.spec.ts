import { runStepSchema, stepResultPageSchema } from '@agentainer/contracts';
import type { FakeRun } from '@agentainer/testing';
import { FakeApi } from '../fake-api.fixture.js';

let api: FakeApi;
beforeEach(async () => {
  api = new FakeApi();
  await api.start();
});
afterEach(() => api.stop());

async function startedRun(): Promise<FakeRun> {
  const steps = [
    { name: 'list', image: 'x' },
    { type: 'map' as const, name: 'fetch', image: 'x', max_parallel: 8, items: { step: 'list' } },
  ];
  const workflow = await api.workflow({ name: 'etl', config: { max_parallel: 6 }, steps });
  return api.runs.add({ definition: workflow.definition, workflow });
}

it('R2.5b R2.5c tells how far a step is, and when it will have ended', async () => {
  const run = await startedRun();
  run.open('fetch', [{ state: 'completed' }, { state: 'running' }, { state: 'pending' }], 'running');
  const before = Date.now();
  const step = runStepSchema.parse((await api.request('GET', `/runs/${run.id}/steps/fetch`)).body);
  expect(step).toMatchObject({ run_id: run.id, name: 'fetch', total: 3, completed: 1, max_parallel: 6 });
  expect(Date.parse(step.estimated_completion_at!)).toBeGreaterThanOrEqual(before);
  const waiting = (await api.request('GET', `/runs/${run.id}/steps/list`)).body;
  expect(waiting).toMatchObject({ status: 'pending', estimated_completion_at: null, max_parallel: 1 });
});

it('R6.6c shows what running tasks report, as they wrote it', async () => {
  const run = await startedRun();
  run.open('fetch', [{ state: 'running' }], 'running');
  run.progress.set('fetch', [{ index: 0, at: 5_000, value: '{"best":[1,{"of":12345678901234567}]}' }]);
  const answer = await api.request('GET', `/runs/${run.id}/steps/fetch`);
  const step = runStepSchema.parse(answer.body);
  const value = JSON.parse('{"best":[1,{"of":12345678901234567}]}') as unknown;
  const at = '1970-01-01T00:00:05.000Z';
  expect(step.progress).toEqual([{ job_id: `${run.id}.fetch.0`, index: 0, at, value }]);
  const other = runStepSchema.parse((await api.request('GET', `/runs/${run.id}/steps/list`)).body);
  expect(other.progress).toEqual([]);
});

it('R2.2e gives the results of a step page by page while it runs', async () => {
  const run = await startedRun();
  run.open(
    'fetch',
    [
      { state: 'completed', result: { n: 0 } },
      { state: 'running' },
      { state: 'failed', error: { code: 'BAD', message: 'no' } },
      { state: 'completed', result: [] },
      { state: 'completed', dropped: true },
    ],
    'running',
  );
  const path = `/runs/${run.id}/steps/fetch/results`;
  const first = stepResultPageSchema.parse((await api.request('GET', `${path}?limit=3`)).body);
  expect(first.items).toEqual([
    { job_id: `${run.id}.fetch.0`, index: 0, status: 'completed', result: { n: 0 } },
    { job_id: `${run.id}.fetch.2`, index: 2, status: 'failed', error: { code: 'BAD', message: 'no' } },
  ]);
  const next = await api.request('GET', `${path}?limit=3&cursor=${first.next_cursor}`);
  expect(next.body).toEqual({
    items: [
      { job_id: `${run.id}.fetch.3`, index: 3, status: 'completed', result: [] },
      { job_id: `${run.id}.fetch.4`, index: 4, status: 'completed', dropped: true },
    ],
    next_cursor: null,
  });
  expect((await api.request('GET', `/runs/${run.id}/steps/list/results`)).body.items).toEqual([]);
});

it('R2.2e reads more results than a process should hold', async () => {
  const run = await startedRun();
  const result = 'x'.repeat(10_000);
  run.open(
    'fetch',
    Array.from({ length: 1_000 }, () => ({ state: 'completed' as const, result })),
    'completed',
  );
  const { body } = await api.request('GET', `/runs/${run.id}/steps/fetch/results?limit=1000`);
  expect(body.items).toHaveLength(1_000);
  expect(body.items[999]).toMatchObject({ index: 999, result });
});

it('hands on how many tasks a step may run at once', async () => {
  const run = await startedRun();
  run.open('fetch', [{ state: 'pending' }]);
  const answer = await api.request('PATCH', `/runs/${run.id}/steps/fetch`, { body: { max_parallel: 3 } });
  expect(answer).toMatchObject({ status: 200, body: { name: 'fetch', max_parallel: 3 } });
});

it('hands on how many tasks of a step may fail', async () => {
  const run = await startedRun();
  run.open('fetch', [{ state: 'pending' }]);
  const path = `/runs/${run.id}/steps/fetch`;
  expect((await api.request('GET', path)).body.failure_tolerance).toBe(0);
  const change = async (failure_tolerance: unknown) =>
    api.request('PATCH', path, { body: { failure_tolerance } });
  expect(await change('12.5%')).toMatchObject({ status: 200, body: { failure_tolerance: '12.5%' } });
  expect((await change('many')).status).toBe(400);
  expect((await change(-1)).status).toBe(400);
  expect((await api.request('GET', `/runs/${run.id}/steps/list`)).body.failure_tolerance).toBeNull();
});

it.each([{}, { max_parallel: 0 }, { max_parallel: 'many' }, { max_parallel: 1, x: 2 }, [], 'x'])(
  'refuses to change %j',
  async (body) => {
    const run = await startedRun();
    const answer = await api.request('PATCH', `/runs/${run.id}/steps/fetch`, { body: JSON.stringify(body) });
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT' } });
  },
);

it.each(['', '/results'])('says that a step does not exist: %s', async (tail) => {
  const run = await startedRun();
  expect((await api.request('GET', `/runs/${run.id}/steps/none${tail}`)).status).toBe(404);
  expect((await api.request('GET', `/runs/run_0/steps/fetch${tail}`)).status).toBe(404);
});
