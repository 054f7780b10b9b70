import { runSchema } from '@agentainer/contracts';
import type { FakeRun } from '@agentainer/testing';
import { FakeApi } from '../fake-api.fixture.js';

let api: FakeApi;
beforeEach(async () => {
  api = new FakeApi();
  await api.start();
});
afterEach(() => api.stop());

const STEPS = [
  { name: 'list', image: 'x' },
  { type: 'map' as const, name: 'fetch', image: 'x', items: { step: 'list' } },
];

async function startedRun(): Promise<FakeRun> {
  const workflow = await api.workflow({ name: 'etl', steps: STEPS });
  return api.runs.add({ definition: workflow.definition, workflow });
}

it('R2.5b R2.5d tells how far each step is', async () => {
  const run = await startedRun();
  run.open('list', [{ state: 'completed', result: 1 }], 'completed');
  run.open('fetch', [{ state: 'running' }, { state: 'pending' }, { state: 'failed' }], 'running');
  const body = runSchema.parse((await api.request('GET', `/runs/${run.id}`)).body);
  expect(body).toMatchObject({ status: 'running', finished_at: null, workflow_id: run.options.workflow!.id });
  expect(body.steps).toMatchObject([
    { name: 'list', type: 'sequential', status: 'completed', total: 1, completed: 1 },
    { name: 'fetch', type: 'map', status: 'running', total: 3, running: 1, pending: 1, failed: 1 },
  ]);
  expect(body).not.toHaveProperty('result');
});

it('gives the result of a completed run, however large', async () => {
  const run = await startedRun();
  const page = 'x'.repeat(20_000);
  const tasks = Array.from({ length: 1_200 }, () => ({ state: 'completed' as const, result: page }));
  run.open('fetch', tasks, 'completed').end('completed');
  const body = runSchema.parse((await api.request('GET', `/runs/${run.id}`)).body);
  expect(body.status).toBe('completed');
  expect(body.result).toHaveLength(1_200);
  expect((body.result as string[])[1_199]).toBe(page);
});

it('gives the error of a failed run', async () => {
  const run = await startedRun();
  run.end('failed', { code: 'BAD', message: 'step list: no' });
  const { body } = await api.request('GET', `/runs/${run.id}`);
  expect(body).toMatchObject({ status: 'failed', error: { code: 'BAD' } });
  expect(body.finished_at).not.toBeNull();
});

it('cuts the connection where a result cannot be read to its end', async () => {
  const run = await startedRun();
  const tasks = Array.from({ length: 1_200 }, () => ({ state: 'completed' as const, result: 1 }));
  run.open('fetch', tasks, 'completed').end('completed');
  const outcomes = api.runs.outcomes.bind(api.runs);
  api.runs.outcomes = (id, step, from, count) =>
    from >= 1_000 ? Promise.reject(new Error('secret')) : outcomes(id, step, from, count);
  await expect(api.request('GET', `/runs/${run.id}`)).rejects.toThrow();
  api.runs.outcomes = () => Promise.reject(new Error('secret'));
  const failed = await api.request('GET', `/runs/${run.id}`);
  expect(failed).toMatchObject({ status: 500, body: { code: 'INTERNAL' } });
  expect(failed.text).not.toContain('secret');
});

it('gives the events of a run page by page', async () => {
  const run = await startedRun();
  for (let id = 1; id <= 5; id++)
    run.events.push({ id, at: 1_000 + id, type: 'task_completed', data: { step: 'list' } });
  const first = (await api.request('GET', `/runs/${run.id}/events?limit=3`)).body;
  expect(first.items.map((e: { id: number }) => e.id)).toEqual([1, 2, 3]);
  const second = (await api.request('GET', `/runs/${run.id}/events?limit=3&cursor=${first.next_cursor}`))
    .body;
  expect(second).toMatchObject({
    items: [{ id: 4, type: 'task_completed', data: { step: 'list' } }, { id: 5 }],
  });
  expect(second.next_cursor).toBeNull();
});
