import { jobPageSchema, jobSchema } from '@agentainer/contracts';
import { FakeApi } from '../fake-api.fixture.js';

let api: FakeApi;
let workflowId: string;
beforeEach(async () => {
  api = new FakeApi();
  await api.start();
  workflowId = (await api.workflow({ name: 'etl', steps: [{ name: 'a', image: 'x' }] })).id;
});
afterEach(() => api.stop());

const create = async (body: object) => {
  const created = await api.request('POST', '/jobs', { body: { image: 'x', ...body } });
  api.runs.runs
    .get(created.body.run_id as string)
    ?.open(created.body.step_id as string, [{ state: 'pending' }]);
  return created;
};
const listed = async (query: string) =>
  jobPageSchema.parse((await api.request('GET', `/workflows/${workflowId}/jobs${query}`)).body);

it('R1.1a R1.1d creates a job with a workflow and a step, and tells both when it is read', async () => {
  const created = await create({ workflow_id: workflowId, step_id: 'extra', input: 1 });
  expect(created.status).toBe(201);
  const read = await api.request('GET', `/jobs/${created.body.id}`);
  expect(jobSchema.parse(read.body)).toMatchObject({ workflow_id: workflowId, step_id: 'extra' });
  expect((await api.request('GET', '/jobs')).body.items).toMatchObject([{ workflow_id: workflowId }]);
});

it('R1.1d lists it with its workflow, apart from the runs of the workflow', async () => {
  const ids = [];
  for (const n of [1, 2, 3]) ids.unshift((await create({ workflow_id: workflowId, input: n })).body.id);
  await create({});
  const first = await listed('?tagged=true&limit=2');
  const second = await listed(`?tagged=true&limit=2&cursor=${first.next_cursor}`);
  expect([...first.items, ...second.items].map((job) => job.id)).toEqual(ids);
  expect(second.next_cursor).toBeNull();
  expect((await api.request('GET', `/workflows/${workflowId}`)).body.latest_run).toBeNull();
  expect((await api.request('GET', `/workflows/${workflowId}/runs`)).body.items).toEqual([]);
});

it('takes a step without a workflow', async () => {
  const created = await create({ step_id: 'extra' });
  expect(created.body).toMatchObject({ workflow_id: null, step_id: 'extra' });
});

it.each([
  [{ workflow_id: 'wf_00000000000000000000000000' }, 'workflow_id'],
  [{ workflow_id: '../x' }, 'workflow_id'],
  [{ step_id: 'Not A Name' }, 'step_id'],
])('names the field at fault of %j', async (body, path) => {
  expect(await create(body)).toMatchObject({ status: 400, body: { errors: [{ path }] } });
});

it('refuses a run together with tagged', async () => {
  const answer = await api.request('GET', `/workflows/${workflowId}/jobs?tagged=true&run=run_0`);
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'tagged' }] } });
});
