import { runSchema, workflowSchema, workflowVersionsSchema } from '@agentainer/contracts';
import { FakeApi } from '../fake-api.fixture.js';

let api: FakeApi;
beforeEach(async () => {
  api = new FakeApi();
  await api.start();
});
afterEach(() => api.stop());

const definition = (...names: string[]) => ({
  name: 'w',
  steps: names.map((name) => ({ name, image: 'x' })),
});

it('R9.1a a changed workflow is a new version, and its runs keep theirs', async () => {
  const { id } = await api.workflow(definition('a'));
  const before = runSchema.parse((await api.request('POST', `/workflows/${id}/start`)).body);
  const changed = await api.request('PUT', `/workflows/${id}`, { body: definition('a', 'b') });
  expect(changed.status).toBe(200);
  expect(workflowSchema.parse(changed.body)).toMatchObject({ id, version: 2, steps: ['a', 'b'] });

  const after = runSchema.parse((await api.request('POST', `/workflows/${id}/start`)).body);
  expect(after).toMatchObject({ workflow_version: 2, steps: [{ name: 'a' }, { name: 'b' }] });
  const kept = await api.request('GET', `/runs/${before.id}`);
  expect(kept.body).toMatchObject({ workflow_version: 1, steps: [{ name: 'a' }] });
});

it('the same definition is the same version', async () => {
  const { id } = await api.workflow(definition('a'));
  const again = await api.request('PUT', `/workflows/${id}`, { body: definition('a') });
  expect(again).toMatchObject({ status: 200, body: { version: 1 } });
});

it('lists, reads and starts earlier versions', async () => {
  const { id } = await api.workflow(definition('a'));
  await api.request('PUT', `/workflows/${id}`, { body: definition('b') });
  const listed = workflowVersionsSchema.parse((await api.request('GET', `/workflows/${id}/versions`)).body);
  expect(listed.items.map((v) => v.version)).toEqual([2, 1]);
  expect((await api.request('GET', `/workflows/${id}?version=1`)).body.steps).toEqual(['a']);
  const run = await api.request('POST', `/workflows/${id}/start`, { body: { version: 1 } });
  expect(run.body).toMatchObject({ workflow_version: 1, steps: [{ name: 'a' }] });
});

it('refuses versions and definitions that are not there or wrong', async () => {
  const { id } = await api.workflow(definition('a'));
  expect((await api.request('GET', `/workflows/${id}?version=2`)).status).toBe(404);
  expect((await api.request('GET', `/workflows/${id}?version=0`)).status).toBe(400);
  expect((await api.request('POST', `/workflows/${id}/start`, { body: { version: 2 } })).status).toBe(404);
  expect((await api.request('POST', `/workflows/${id}/start`, { body: { version: 'x' } })).status).toBe(400);
  const bad = await api.request('PUT', `/workflows/${id}`, { body: { name: 'w', steps: [] } });
  expect(bad).toMatchObject({ status: 400, body: { errors: [{ path: 'steps' }] } });
  expect((await api.request('PUT', '/workflows/wf_0', { body: definition('a') })).status).toBe(404);
});
