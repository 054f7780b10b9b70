import { runSchema } from '@agentainer/contracts';
import { FakeApi } from '../fake-api.fixture.js';

let api: FakeApi;
beforeEach(async () => {
  api = new FakeApi();
  await api.start();
});
afterEach(() => api.stop());

async function rerun(body: unknown) {
  const { definition } = await api.workflow({ name: 'etl', steps: [{ name: 'list', image: 'x' }] });
  const run = api.runs.add({ definition, input: 1 });
  return { run, answer: await api.request('POST', `/runs/${run.id}/rerun`, { body }) };
}

it.each([
  [undefined, { scope: { kind: 'whole' }, input: undefined }],
  [{ input: null }, { scope: { kind: 'whole' }, input: null }],
  [
    { from_step: 'list', input: [2] },
    { scope: { kind: 'from_step', step: 'list' }, input: [2] },
  ],
  [{ failed_only: true }, { scope: { kind: 'failed_only' }, input: undefined }],
])('R9.1e POST /runs/{id}/rerun %j', async (body, asked) => {
  const { run, answer } = await rerun(body);
  expect(answer.status).toBe(201);
  const again = runSchema.parse(answer.body);
  expect(again).toMatchObject({ status: 'running', rerun_of: run.id });
  expect(answer.headers.get('location')).toBe(`/runs/${again.id}`);
  expect(api.parts.rerunner.asked).toMatchObject([asked]);
});

it('R9.1e refuses a rerun that contradicts itself, with all its faults', async () => {
  const { answer } = await rerun({ failed_only: true, from_step: 'list', input: 1 });
  expect(answer.status).toBe(400);
  expect(answer.body.errors.map((e: { path: string }) => e.path).sort()).toEqual(['from_step', 'input']);
  expect((await rerun({ step: 'list' })).answer.status).toBe(400);
});
