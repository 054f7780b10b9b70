import { UnavailableError } from '@agentainer/core';
import { FakeApi } from '../fake-api.fixture.js';

let api: FakeApi;
let key: string;
beforeEach(async () => {
  api = new FakeApi();
  await api.start();
  key = api.key('write');
});
afterEach(() => api.stop());

const DEFINITION = { name: 'etl', steps: [{ name: 'a', image: 'x' }] };

const post = (path: string, body: unknown, idempotencyKey = 'one', as = key) =>
  api.request('POST', path, { body, key: as, headers: { 'idempotency-key': idempotencyKey } });

it('R9.4d every POST to a list or to start makes something once', () => {
  const posts = api.routes.filter((route) => route.method === 'POST' && /\/(\w+s|start)$/.test(route.path));
  expect(posts.length).toBeGreaterThanOrEqual(3);
  expect(posts.filter((route) => !route.creates).map((route) => route.path)).toEqual([]);
});

describe.each([
  ['/workflows', DEFINITION, { ...DEFINITION, name: 'other' }],
  ['/workflows/mapreduce', { name: 'w', mapper_image: 'm', reducer_image: 'r' }, { name: 'v' }],
  ['/jobs', { image: 'x', input: 1 }, { image: 'x', input: 2 }],
  ['/workflows/:id/start', { input: 1 }, { input: 2 }],
])('R9.4d POST %s with an Idempotency-Key', (template, body, otherBody) => {
  let path: string;
  beforeEach(async () => {
    const { id } = await api.workflow(DEFINITION);
    path = template.replace(':id', id);
  });

  it('gives the first answer again', async () => {
    const first = await post(path, body);
    const second = await post(path, body);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    const third = await post(path, body, 'two');
    expect(third.body.id).not.toBe(first.body.id);
  });

  it('refuses the key with another body', async () => {
    await post(path, body);
    const answer = await post(path, otherBody);
    expect(answer).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  });
});

it('R9.4d keeps the keys of clients apart, and those of paths', async () => {
  const first = await post('/workflows', DEFINITION);
  const second = await post('/workflows', DEFINITION, 'one', api.key('write'));
  expect(second.body.id).not.toBe(first.body.id);
  expect((await post('/jobs', DEFINITION)).status).not.toBe(201);
});

it('R9.4d answers 409 with Retry-After while the first request is being worked on', async () => {
  const create = api.workflows.create.bind(api.workflows);
  let begun!: () => void;
  let goOn!: () => void;
  const working = new Promise<void>((resolve) => (begun = resolve));
  const held = new Promise<void>((resolve) => (goOn = resolve));
  api.workflows.create = async (...args) => {
    begun();
    await held;
    return create(...args);
  };
  const first = post('/workflows', DEFINITION);
  await working;
  const second = await post('/workflows', DEFINITION);
  expect(second).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_KEY_BUSY' } });
  expect(second.headers.get('retry-after')).toBe('1');
  goOn();
  expect((await post('/workflows', DEFINITION)).status).toBeLessThan(500);
  expect((await first).status).toBe(201);
});

it('R9.4d a request that failed half-way makes the same thing when it is repeated, not a second one', async () => {
  const { id } = await api.workflow(DEFINITION);
  const start = api.parts.starter.startWorkflow.bind(api.parts.starter);
  api.parts.starter.startWorkflow = async (...args) => {
    await start(...args);
    throw new UnavailableError('gone');
  };
  expect((await post(`/workflows/${id}/start`, {})).status).toBe(503);
  const made = [...api.runs.runs.keys()];
  expect(made).toHaveLength(1);
  api.parts.starter.startWorkflow = start;
  const again = await post(`/workflows/${id}/start`, {});
  expect(again).toMatchObject({ status: 201, body: { id: made[0] } });
  expect(api.runs.runs.size).toBe(1);
});

it('R9.4d a refused request leaves its key free', async () => {
  expect((await post('/workflows', { name: 'etl' })).status).toBe(400);
  expect((await post('/workflows', DEFINITION)).status).toBe(201);
});

it.each(['', 'with space', 'x'.repeat(256), 'ü'])('refuses the key %j', async (bad) => {
  const answer = await post('/workflows', DEFINITION, Buffer.from(bad).toString('latin1'));
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'Idempotency-Key' }] } });
});
