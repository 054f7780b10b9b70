import { runSchema } from '@agentainer/contracts';
import type { FakeRun } from '@agentainer/testing';
import { FakeApi } from '../fake-api.fixture.js';

let api: FakeApi;
beforeEach(async () => {
  api = new FakeApi();
  await api.start();
});
afterEach(() => api.stop());

async function startedRun(): Promise<FakeRun> {
  const workflow = await api.workflow({ name: 'etl', steps: [{ name: 'list', image: 'x' }] });
  return api.runs.add({ definition: workflow.definition, workflow });
}

it.each([
  ['POST', 'cancel', 'cancelled'],
  ['POST', 'pause', 'paused'],
  ['PUT', 'pause', 'paused'],
])('R9.1a %s /runs/{id}/%s', async (method, action, status) => {
  const run = await startedRun();
  const answer = await api.request(method, `/runs/${run.id}/${action}`);
  expect(answer.status).toBe(200);
  expect(runSchema.parse(answer.body)).toMatchObject({ id: run.id, status });
  run.end('completed');
  expect((await api.request(method, `/runs/${run.id}/${action}`)).status).toBe(409);
  expect((await api.request(method, `/runs/${run.id}x/${action}`)).status).toBe(404);
});

it.each(['POST', 'PUT'])('R9.1a %s /runs/{id}/resume lets a paused run go on', async (method) => {
  const run = await startedRun();
  run.end('paused');
  const { body } = await api.request(method, `/runs/${run.id}/resume`);
  expect(body).toMatchObject({ status: 'running', finished_at: null });
});

it('R9.1a speaks of the latest run of a workflow, or of the one that is named', async () => {
  const first = await startedRun();
  const { workflow, definition } = first.options;
  const second = api.runs.add({ definition, workflow });
  const path = `/workflows/${workflow!.id}`;
  expect((await api.request('PUT', `${path}/pause`)).body).toMatchObject({ id: second.id, status: 'paused' });
  expect((await api.request('PUT', `${path}/resume`)).body).toMatchObject({ status: 'running' });
  const named = await api.request('POST', `${path}/cancel?run=${first.id}`);
  expect(named.body).toMatchObject({ id: first.id, status: 'cancelled' });
  const other = await startedRun();
  expect((await api.request('POST', `${path}/cancel?run=${other.id}`)).status).toBe(404);
  expect((await api.request('POST', `${path}/cancel?runs=${first.id}`)).status).toBe(400);
});

it('R9.1a deletes runs that have ended, and workflows without others', async () => {
  const run = await startedRun();
  const path = `/workflows/${run.options.workflow!.id}`;
  expect((await api.request('DELETE', `/runs/${run.id}`)).status).toBe(409);
  expect((await api.request('DELETE', path)).status).toBe(409);
  run.end('failed');
  expect((await api.request('DELETE', `/runs/${run.id}`)).body).toEqual({ id: run.id, deleted: true });
  expect((await api.request('GET', `/runs/${run.id}`)).status).toBe(404);
  expect((await api.request('DELETE', path)).body).toMatchObject({ deleted: true });
  expect((await api.request('GET', path)).status).toBe(404);
  expect((await api.request('DELETE', path)).status).toBe(404);
});
