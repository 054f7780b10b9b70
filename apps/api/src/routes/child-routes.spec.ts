import { runPageSchema, runSchema, workflowSchema } from '@agentainer/contracts';
import { FakeApi } from '../fake-api.fixture.js';

let api: FakeApi;
beforeEach(async () => {
  api = new FakeApi();
  await api.start();
});
afterEach(() => api.stop());

const child = (workflow: string, more: object = {}) => ({
  type: 'workflow' as const,
  name: 'c',
  workflow,
  ...more,
});
const leaf = { name: 'leaf', steps: [{ name: 'a', image: 'x' }] };

it('R4.5d takes a workflow step, and shows it as it was written', async () => {
  const { id } = await api.workflow(leaf);
  const step = child(id, { version: 1, items: { input: '/orders' }, max_parallel: 3, step_timeout: '1h' });
  const answer = await api.request('POST', '/workflows', { body: { name: 'w', steps: [step] } });
  expect(answer.status).toBe(201);
  expect(workflowSchema.parse(answer.body).definition.steps).toMatchObject([
    { ...step, retry: { max_attempts: 1, delay: '1s' } },
  ]);
});

it('R4.5d refuses a workflow, or a version of it, that does not exist: all faults at once', async () => {
  const { id } = await api.workflow(leaf);
  const none = 'wf_00000000000000000000000000';
  const steps = [child(none), child(id, { name: 'd', version: 7 }), child(id, { name: 'e' })];
  const faults = [
    { path: 'steps[0].workflow', message: `workflow ${none} does not exist` },
    { path: 'steps[1].workflow', message: `workflow ${id} version 7 does not exist` },
  ];
  const created = await api.request('POST', '/workflows', { body: { name: 'w', steps } });
  expect(created).toMatchObject({ status: 400, body: { errors: faults } });
  const updated = await api.request('PUT', `/workflows/${id}`, { body: { name: 'w', steps } });
  expect(updated).toMatchObject({ status: 400, body: { errors: faults } });
});

it('R4.5d GET /runs/{id}/children, and the parent of a run', async () => {
  const { definition } = await api.workflow(leaf);
  const run = api.runs.add({ definition });
  const parent = { runId: run.id, step: 'c', token: 'secret', depth: 1 };
  const children = [2, 0, 1].map((index) => api.runs.add({ definition, parent: { ...parent, index } }));
  const ordered = [children[1]!.id, children[2]!.id, children[0]!.id];
  const first = await api.request('GET', `/runs/${run.id}/children?limit=2`);
  const page = runPageSchema.parse(first.body);
  expect(page.items.map((item) => item.id)).toEqual(ordered.slice(0, 2));
  const second = await api.request('GET', `/runs/${run.id}/children?limit=2&cursor=${page.next_cursor!}`);
  expect(runPageSchema.parse(second.body)).toMatchObject({ items: [{ id: ordered[2] }], next_cursor: null });
  expect((await api.request('GET', `/runs/${run.id}/children?step=other`)).body.items).toEqual([]);
  const one = await api.request('GET', `/runs/${ordered[0]!}`);
  const address = { run_id: run.id, step: 'c', index: 0, job_id: `${run.id}.c.0` };
  expect(runSchema.parse(one.body).parent).toEqual(address);
  expect(one.text).not.toContain('secret');
  expect((await api.request('GET', `/runs/${run.id}`)).body.parent).toBeNull();
});
