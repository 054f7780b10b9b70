import { stateSchema, stateValueSchema } from '@agentainer/contracts';
import { FakeApi } from '../fake-api.fixture.js';

let api: FakeApi;
beforeEach(async () => {
  api = new FakeApi();
  await api.start();
});
afterEach(() => api.stop());

async function started() {
  const workflow = await api.workflow({ name: 'etl', steps: [{ name: 'a', image: 'x' }] });
  const start = () => api.runs.add({ definition: workflow.definition, workflow });
  return { start, run: start(), path: `/workflows/${workflow.id}/state` };
}

it('R3.5b reads and writes the state of the latest run', async () => {
  const { run, path } = await started();
  const values = { count: 3, files: ['a', 'b'], nothing: null, __x__: { deep: true } };
  const put = await api.request('PUT', path, { body: { state: values } });
  expect(put).toMatchObject({ status: 200, body: { run_id: run.id } });
  await api.request('PUT', path, { body: { state: { count: 4 } } });
  expect(stateSchema.parse((await api.request('GET', path)).body)).toEqual({
    run_id: run.id,
    state: { ...values, count: 4 },
  });
  const one = stateValueSchema.parse((await api.request('GET', `${path}/files`)).body);
  expect(one).toEqual({ run_id: run.id, key: 'files', value: ['a', 'b'] });
  expect((await api.request('GET', `${path}/nothing`)).body.value).toBeNull();
  expect((await api.request('GET', `/runs/${run.id}/state`)).body.state.count).toBe(4);
  expect((await api.request('GET', `/runs/${run.id}/state/count`)).body).toEqual({
    run_id: run.id,
    key: 'count',
    value: 4,
  });
});

it('R3.1e keeps the state of each run apart', async () => {
  const { start, run, path } = await started();
  await api.request('PUT', path, { body: { state: { a: 1 } } });
  const newer = start();
  expect((await api.request('GET', path)).body).toEqual({ run_id: newer.id, state: {} });
  expect((await api.request('GET', `${path}?run=${run.id}`)).body.state).toEqual({ a: 1 });
  const other = await started();
  expect((await api.request('GET', `${path}?run=${other.run.id}`)).status).toBe(404);
});

it('R3.5b tells that a key is not there', async () => {
  const { path, run } = await started();
  expect((await api.request('GET', `/runs/${run.id}/state/missing`)).status).toBe(404);
  for (const key of ['missing', '__proto__', 'constructor', 'no%20key', '%2e%2e%2fx']) {
    expect((await api.request('GET', `${path}/${key}`)).status).toBe(404);
  }
});

it.each([
  ['{"state":{"no key":1}}', 'state.no key'],
  ['{"state":{"__proto__":{"x":1}}}', 'state.__proto__'],
  ['{"state":[1]}', 'state'],
  ['{"state":null}', 'state'],
  ['{"states":{}}', 'states'],
  ['{}', 'state'],
  ['[]', ''],
])('names what is wrong with %s', async (body, path) => {
  const state = await started();
  const answer = await api.request('PUT', state.path, { body });
  expect(answer.status).toBe(400);
  expect(answer.body.errors.map((e: { path: string }) => e.path)).toContain(path);
});

it('has no state where the workflow was never started', async () => {
  const workflow = await api.workflow({ name: 'etl', steps: [{ name: 'a', image: 'x' }] });
  expect((await api.request('GET', `/workflows/${workflow.id}/state`)).status).toBe(404);
});
