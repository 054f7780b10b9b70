import { validateDefinition } from '@agentainer/core';
import { FakeApi } from '../fake-api.fixture.js';

let api: FakeApi;
beforeEach(async () => {
  api = new FakeApi();
  await api.start();
});
afterEach(() => api.stop());

const APPROVAL = { approvers: 'finance', form: { amount: { type: 'number', required: true } } };
const definition = validateDefinition({
  name: 'w',
  steps: [{ type: 'wait', name: 'ok', approval: APPROVAL as never }],
});

function waitingRun(): string {
  const run = api.runs.add({ definition }).open('ok', [], 'waiting');
  const [step] = definition.steps;
  if (step?.type !== 'wait') throw new Error('is no wait');
  const record = run.record();
  api.waits.pending.push({ run: record, record: record.steps[0]!, approval: step.approval! });
  return run.id;
}

it('R9.2a lists the approvals that a run waits for, with their forms', async () => {
  const id = waitingRun();
  const { status, body } = await api.request('GET', `/runs/${id}/approvals`);
  expect([status, body.items]).toEqual([
    200,
    [
      {
        run_id: id,
        step: 'ok',
        approvers: 'finance',
        form: { amount: { type: 'number', required: true } },
        waiting_since: expect.any(String) as string,
        expires_at: null,
      },
    ],
  ]);
});

it('R9.2a takes a decision without a key from whoever has the link, and nothing else', async () => {
  const id = waitingRun();
  const { body, status } = await api.request('POST', `/runs/${id}/approvals/ok/link`, { body: {} });
  expect(status).toBe(201);
  const path = body.path as string;
  const open = (method: string, at: string, body?: unknown) => api.request(method, at, { key: null, body });
  expect(await open('GET', path)).toMatchObject({ status: 200, body: { step: 'ok' } });
  expect(await open('POST', path, { decision: 'approve', data: { amount: 3 } })).toMatchObject({
    status: 200,
  });
  expect(api.waits.told).toEqual([{ runId: id, step: 'ok', decision: 'approve', data: { amount: 3 } }]);
  const unknown = `/approvals/run_${'0'.repeat(26)}.ok.${'s'.repeat(43)}`;
  expect((await open('POST', unknown, { decision: 'approve' })).status).toBe(404);
  for (const [method, at] of [
    ['DELETE', path],
    ['PUT', path],
    ['GET', `${path}/`],
    ['GET', `/${path}`],
    ['GET', path.toUpperCase()],
    ['GET', `${path}%2f..`],
    ['GET', '/approvals/x'],
    ['GET', '/approvals'],
    ['POST', `${path}/../../runs`],
    ['GET', `/runs/${id}/approvals`],
  ] as const) {
    expect([method, at, (await open(method, at)).status]).toEqual([method, at, 401]);
  }
});

it('R9.2a refuses a decision that is none', async () => {
  const id = waitingRun();
  const bad = await api.request('POST', `/runs/${id}/approvals/ok`, { body: { decision: 'maybe' } });
  expect(bad).toMatchObject({ status: 400, body: { errors: [{ path: 'decision' }] } });
  expect(await api.request('POST', `/runs/${id}/signals/paid`, { body: { data: 1 } })).toMatchObject({
    status: 202,
    body: { run_id: id, signal: 'paid' },
  });
});
