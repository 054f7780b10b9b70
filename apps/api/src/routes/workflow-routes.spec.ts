import type { DefinitionInput } from '@agentainer/core';
import { runSchema, workflowPageSchema, workflowSchema } from '@agentainer/contracts';
import { FakeApi } from '../fake-api.fixture.js';

let api: FakeApi;
beforeEach(async () => {
  api = new FakeApi();
  await api.start();
});
afterEach(() => api.stop());

const DEFINITION: DefinitionInput = {
  name: 'etl',
  description: 'nightly',
  config: { max_parallel: 4, timeout: '2h' },
  steps: [
    { name: 'list', image: 'lister:latest', timeout: '1m30s' },
    {
      type: 'map',
      name: 'fetch',
      image: 'scraper:latest',
      items: { step: 'list' },
      execution_mode: 'pooled',
      pool_config: { min_size: 2, max_size: 10, idle_timeout: '5m', max_agent_uses: 100, warm_up: true },
      retry: { max_attempts: 5, delay: '250ms' },
    },
  ],
};

describe('POST /workflows', () => {
  it('creates a workflow that can be read back, and created again from what was read', async () => {
    const created = await api.request('POST', '/workflows', { body: DEFINITION });
    expect(created.status).toBe(201);
    const workflow = workflowSchema.parse(created.body);
    expect(created.headers.get('location')).toBe(`/workflows/${workflow.id}`);
    const read = await api.request('GET', `/workflows/${workflow.id}`);
    expect(read.body).toEqual({ ...workflow, latest_run: null });
    expect(workflow).toMatchObject({
      name: 'etl',
      version: 1,
      steps: ['list', 'fetch'],
      definition: {
        config: { timeout: '2h' },
        steps: [
          { type: 'sequential', timeout: '1m30s' },
          { pool_config: { idle_timeout: '5m' }, retry: { delay: '250ms', max_delay: '1m' } },
        ],
      },
    });
    const again = await api.request('POST', '/workflows', { body: workflow.definition });
    expect(again.body.definition).toEqual(workflow.definition);
  });
});

describe('POST /workflows/mapreduce', () => {
  it('creates list → map → reduce from one object', async () => {
    const created = await api.request('POST', '/workflows/mapreduce', {
      body: {
        name: 'word-counter',
        mapper_image: 'word-mapper:latest',
        reducer_image: 'word-reducer:latest',
        list_image: 'word-list:latest',
        max_parallel: 10,
        pool_size: 5,
        timeout: '30m',
      },
    });
    expect(created.status).toBe(201);
    expect(created.body.steps).toEqual(['list', 'map', 'reduce']);
    expect(created.body.definition).toMatchObject({
      config: { max_parallel: 10, timeout: '30m' },
      steps: [
        {},
        { image: 'word-mapper:latest', pool_config: { max_size: 5 } },
        { image: 'word-reducer:latest' },
      ],
    });
  });
});

describe('GET /workflows', () => {
  it('pages through all, newest first', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.unshift((await api.workflow({ ...DEFINITION, name: `w${i}` })).id);
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = workflowPageSchema.parse((await api.request('GET', `/workflows?limit=2${cursor}`)).body);
      seen.push(...page.items.map((w) => w.id));
      cursor = page.next_cursor === null ? '' : `&cursor=${page.next_cursor}`;
    } while (cursor !== '');
    expect(seen).toEqual(ids);
  });

  it('filters by the status of the latest run', async () => {
    const [idle, busy, done] = await Promise.all(
      ['a', 'b', 'c'].map((name) => api.workflow({ ...DEFINITION, name })),
    );
    api.runs.add({ definition: busy!.definition, workflow: busy }).end('failed');
    api.runs.add({ definition: busy!.definition, workflow: busy });
    api.runs.add({ definition: done!.definition, workflow: done }).end('completed');
    const named = async (query: string) =>
      (await api.request('GET', `/workflows${query}`)).body.items.map((w: { id: string }) => w.id);
    expect(await named('')).toEqual([done!.id, busy!.id, idle!.id]);
    expect(await named('?status=running')).toEqual([busy!.id]);
    expect(await named('?status=completed')).toEqual([done!.id]);
    expect(await named('?status=failed')).toEqual([]);
  });
});

describe.each(['POST', 'PUT'])('%s /workflows/{id}/start', (method) => {
  it('R5.3a starts a run with the input', async () => {
    const { id } = await api.workflow(DEFINITION);
    const started = await api.request(method, `/workflows/${id}/start`, { body: { input: { day: 1 } } });
    expect(started.status).toBe(201);
    const run = runSchema.parse(started.body);
    expect(run).toMatchObject({
      workflow_id: id,
      status: 'running',
      steps: [{ name: 'list' }, { name: 'fetch' }],
    });
    expect(started.headers.get('location')).toBe(`/runs/${run.id}`);
    expect(await api.runs.input(run.id)).toBe('{"day":1}');
  });

  it('needs no body', async () => {
    const { id } = await api.workflow(DEFINITION);
    const started = await api.request(method, `/workflows/${id}/start`);
    expect(started.status).toBe(201);
    expect(await api.runs.input(started.body.id as string)).toBe('null');
  });
});

it('lists the runs of one workflow, newest first', async () => {
  const mine = await api.workflow(DEFINITION);
  const other = await api.workflow(DEFINITION);
  const runs = [1, 2].map(() => api.runs.add({ definition: mine.definition, workflow: mine }));
  api.runs.add({ definition: other.definition, workflow: other });
  const { body } = await api.request('GET', `/workflows/${mine.id}/runs`);
  expect(body.items.map((r: { id: string }) => r.id)).toEqual([runs[1]!.id, runs[0]!.id]);
  expect((await api.request('GET', '/runs')).body.items).toHaveLength(3);
});

it("R9.2e takes a priority with the start, in place of the definition's", async () => {
  const { id } = await api.workflow({
    name: 'w',
    config: { priority: 3 },
    steps: [{ name: 'a', image: 'x' }],
  });
  const start = async (body: object) => (await api.request('POST', `/workflows/${id}/start`, { body })).body;
  expect(await start({})).toMatchObject({ priority: 3 });
  expect(await start({ priority: 1 })).toMatchObject({ priority: 1 });
  expect(await start({ priority: 0 })).toMatchObject({ errors: [{ path: 'priority' }] });
  const plain = await api.workflow({ name: 'w', steps: [{ name: 'a', image: 'x' }] });
  expect((await api.request('POST', `/workflows/${plain.id}/start`)).body).toMatchObject({ priority: 5 });
  const job = await api.request('POST', '/jobs', { body: { image: 'x', priority: 9 } });
  expect(runSchema.parse((await api.request('GET', `/runs/${job.body.run_id}`)).body).priority).toBe(9);
});
