import { randomUUID } from 'node:crypto';
import { runSchema, type Scope } from '@agentainer/contracts';
import { DEFAULT_PERMISSIONS } from '@agentainer/core';
import { createRegistry, silentLogger } from '@agentainer/runtime';
import { ApiKeyStore, connectRedis, Keys } from '@agentainer/store-redis';
import { type ApiService, composeApi } from './compose.js';
import { PrivateRedis } from '@agentainer/testing';

const server = new PrivateRedis();
let url: string;
let keyPrefix: string;
let api: ApiService;
let key: string;
let redis: Awaited<ReturnType<typeof connectRedis>>;

beforeAll(async () => {
  url = await server.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  keyPrefix = `t-${randomUUID()}`;
  redis = await connectRedis(url, 'worker');
  key = (await new ApiKeyStore(redis, new Keys(keyPrefix)).create('test', ['admin'] satisfies Scope[])).key;
  const config = {
    redisUrl: url,
    redisWaitMs: 0,
    keyPrefix,
    bind: '127.0.0.1',
    port: 0,
    bodyLimit: 1 << 20,
    permissions: DEFAULT_PERMISSIONS,
    items: { urls: [], files: [] },
    maxActiveRuns: 3,
    logLevel: 'silent' as const,
  };
  api = composeApi(config, { logger: silentLogger, metrics: createRegistry('api') });
  await api.start();
});
afterEach(async () => {
  await api.stop();
  redis.disconnect();
});

async function request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const began = performance.now();
  const response = await fetch(api.address + path, {
    method,
    headers: {
      'x-api-key': key,
      ...headers,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json') === true;
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    body: (json ? JSON.parse(text) : text) as any,
    ms: performance.now() - began,
  };
}

const DEFINITION = { name: 'etl', steps: [{ type: 'map', name: 'm', image: 'x', items: [1, 2, 3] }] };

it('R1.1b R1.1c keeps workflows, runs, jobs and state in Redis', async () => {
  const workflow = await request('POST', '/workflows', DEFINITION);
  expect(workflow.status).toBe(201);
  const started = await request('POST', `/workflows/${workflow.body.id}/start`, { input: { a: 1 } });
  const run = runSchema.parse(started.body);
  expect(run.steps).toMatchObject([{ name: 'm', status: 'ready', total: 3, pending: 3 }]);

  const jobs = await request('GET', `/workflows/${workflow.body.id}/jobs?limit=2`);
  expect(jobs.body.items).toMatchObject([
    { id: `${run.id}.m.0`, workflow_id: workflow.body.id, step_id: 'm', status: 'pending' },
    { id: `${run.id}.m.1` },
  ]);
  const rest = await request(
    'GET',
    `/workflows/${workflow.body.id}/jobs?limit=2&cursor=${jobs.body.next_cursor}`,
  );
  expect(rest.body).toMatchObject({ items: [{ id: `${run.id}.m.2` }], next_cursor: null });

  expect((await request('PUT', `/workflows/${workflow.body.id}/state`, { state: { n: [1] } })).status).toBe(
    200,
  );
  expect((await request('GET', `/workflows/${workflow.body.id}/state/n`)).body.value).toEqual([1]);
  expect((await request('GET', '/workflows?status=running')).body.items).toMatchObject([
    { id: workflow.body.id, latest_run: { id: run.id } },
  ]);
  expect((await request('GET', `/runs/${run.id}/events`)).body.items.length).toBeGreaterThan(0);
  expect((await request('GET', '/pools')).body).toEqual({ items: [] });
});

it('R1.1e creates a single job, which every list shows', async () => {
  const job = await request('POST', '/jobs', { image: 'x', input: 5 });
  expect(job).toMatchObject({ status: 201, body: { workflow_id: null, step_id: 'job', status: 'pending' } });
  expect((await request('GET', `/jobs/${job.body.id}`)).body).toMatchObject({ id: job.body.id });
  expect((await request('GET', '/jobs')).body.items).toMatchObject([{ id: job.body.id }]);
  expect((await request('GET', '/runs')).body.items).toMatchObject([{ id: job.body.run_id }]);
});

it('R1.1b R1.1c keeps the workflow and the step of a single job in Redis', async () => {
  const workflow = await request('POST', '/workflows', DEFINITION);
  const tags = { workflow_id: workflow.body.id, step_id: 'extra' };
  const job = await request('POST', '/jobs', { image: 'x', ...tags });
  expect(job).toMatchObject({ status: 201, body: tags });
  expect((await request('GET', `/jobs/${job.body.id}`)).body).toMatchObject(tags);
  const listed = await request('GET', `/workflows/${workflow.body.id}/jobs?tagged=true`);
  expect(listed.body.items).toMatchObject([{ id: job.body.id, ...tags }]);
  expect((await request('GET', `/workflows/${workflow.body.id}`)).body.latest_run).toBeNull();
});

it('R9.4d starts a run once for an idempotency key', async () => {
  const workflow = await request('POST', '/workflows', DEFINITION);
  const path = `/workflows/${workflow.body.id}/start`;
  const headers = { 'idempotency-key': 'k' };
  const first = await request('POST', path, { input: 1 }, headers);
  const second = await request('POST', path, { input: 1 }, headers);
  expect(second).toMatchObject({ status: 201, body: first.body });
  expect((await request('POST', path, { input: 2 }, headers)).status).toBe(422);
  expect((await request('GET', '/runs')).body.items).toHaveLength(1);
});

it('R2.4c refuses a start when too many runs have not ended, and takes one again when some have', async () => {
  const workflow = await request('POST', '/workflows', DEFINITION);
  const start = () => request('POST', `/workflows/${workflow.body.id}/start`);
  const first = await start();
  await start();
  await request('POST', '/jobs', { image: 'x' });
  expect(await start()).toMatchObject({ status: 429, retryAfter: '5', body: { code: 'QUEUE_FULL' } });
  expect((await request('POST', '/jobs', { image: 'x' })).status).toBe(429);
  expect((await request('GET', '/runs')).body.items).toHaveLength(3);
  expect((await request('POST', `/runs/${first.body.id}/cancel`)).status).toBe(200);
  expect((await start()).status).toBe(201);
});

it('R2.4d R8.1e measures how many lanes wait in the queue of each pool', async () => {
  const { body } = await request('POST', '/workflows', DEFINITION);
  await request('POST', `/workflows/${body.id}/start`);
  expect((await request('GET', '/metrics')).body).toMatch(
    /agentainer_queue_depth\{pool="x-[0-9a-f]{8}".*\} 3\n/,
  );
});

it('R9.5a shows the queues on the board, and changes none', async () => {
  await request('POST', '/jobs', { image: 'x' });
  const { body } = await request('GET', '/queues/api/queues');
  expect(body.queues.map((q: { name: string }) => q.name)).toEqual(['runs', 'steps', 'children', 'items']);
  expect(body.queues.every((q: { readOnlyMode: boolean }) => q.readOnlyMode)).toBe(true);
  expect((await request('PUT', '/queues/api/queues/runs/pause')).status).toBe(405);
});

describe('when Redis cannot serve', () => {
  afterEach(async () => {
    await server.thaw();
    await redis.config('SET', 'maxmemory', '0');
  });

  it('R9.4b answers 503 within about 2 s while it hangs, and is well again afterwards', async () => {
    await request('GET', '/runs');
    server.freeze();
    const ready = await request('GET', '/readyz');
    expect(ready).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    expect(ready.ms).toBeLessThan(1_500);
    const answers = await Promise.all([
      request('GET', '/runs'),
      request('POST', '/workflows', DEFINITION),
      request('POST', '/jobs', { image: 'x' }),
      request('GET', '/queues/api/queues'),
    ]);
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 503, retryAfter: expect.stringMatching(/^[1-9]/) as string });
      expect(answer.ms).toBeLessThan(2_500);
    }
    expect((await request('GET', '/livez')).status).toBe(200);
    await server.thaw();
    expect((await eventually(() => request('GET', '/runs'))).status).toBe(200);
  });

  it('R9.4b answers 503 at once while it is gone, and is well again afterwards', async () => {
    await request('GET', '/runs');
    await server.kill();
    for (const [method, path, body] of [
      ['GET', '/runs', undefined],
      ['POST', '/workflows', DEFINITION],
      ['GET', '/readyz', undefined],
    ] as const) {
      const answer = await request(method, path, body);
      expect(answer).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
      expect(answer.ms).toBeLessThan(2_000);
    }
    await server.start();
    expect((await eventually(() => request('GET', '/readyz'))).status).toBe(200);
    expect((await eventually(() => request('GET', '/runs'))).status).toBe(200);
  });

  it('R9.4b answers 503 while it is full, and still reads', async () => {
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    await redis.config('SET', 'maxmemory', '1');
    const created = await request('POST', '/workflows', DEFINITION);
    expect(created).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    expect(created.retryAfter).toBe('10');
    expect((await request('POST', '/jobs', { image: 'x' })).status).toBe(503);
    await redis.config('SET', 'maxmemory', '0');
    expect((await request('GET', '/workflows')).body.items).toEqual([]);
    expect((await request('GET', '/jobs')).body.items).toEqual([]);
  });
});

/** Asks again until the answer is no 503, for 10 s at most. */
async function eventually<T extends { status: number }>(ask: () => Promise<T>): Promise<T> {
  const until = Date.now() + 10_000;
  for (;;) {
    const answer = await ask();
    if (answer.status !== 503 || Date.now() > until) return answer;
  }
}
