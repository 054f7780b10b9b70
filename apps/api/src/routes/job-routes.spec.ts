import { jobPageSchema, jobSchema, type JobSummaryBody } from '@agentainer/contracts';
import type { FakeRun, FakeTask } from '@agentainer/testing';
import { FakeApi } from '../fake-api.fixture.js';

let api: FakeApi;
beforeEach(async () => {
  api = new FakeApi();
  await api.start();
});
afterEach(() => api.stop());

const STEPS = [
  { name: 'list', image: 'x' },
  { type: 'map' as const, name: 'fetch', image: 'x', items: { step: 'list' } },
  { type: 'reduce' as const, name: 'count', image: 'x', over: 'fetch' },
];
const done = (result: number): FakeTask => ({ state: 'completed', result, agentId: 'agent_1' });
const bad: FakeTask = { state: 'failed', error: { code: 'BAD', message: 'no such page' } };
const pending: FakeTask = { state: 'pending' };

async function startedRun(): Promise<{ run: FakeRun; path: string }> {
  const workflow = await api.workflow({ name: 'etl', steps: STEPS });
  const run = api.runs.add({ definition: workflow.definition, workflow });
  return { run, path: `/workflows/${workflow.id}/jobs` };
}

async function pages(path: string): Promise<JobSummaryBody[][]> {
  const found: JobSummaryBody[][] = [];
  let cursor = '';
  do {
    const { body } = await api.request('GET', `${path}${cursor}`);
    const page = jobPageSchema.parse(body);
    found.push(page.items);
    cursor = page.next_cursor === null ? '' : `&cursor=${page.next_cursor}`;
  } while (cursor !== '' && found.length < 1_000);
  return found;
}

describe('GET /workflows/{id}/jobs', () => {
  it('R1.2a R1.2b gives the jobs of the latest run in the order of the steps', async () => {
    const { run, path } = await startedRun();
    run.open('fetch', [done(1), pending]).open('list', [done(0)]);
    const { body } = await api.request('GET', path);
    expect(body.items.map((j: JobSummaryBody) => [j.step_id, j.task_id])).toEqual([
      ['list', 0],
      ['fetch', 0],
      ['fetch', 1],
    ]);
  });

  it('R1.2c tells status, times, attempts, agent and error of each', async () => {
    const { run, path } = await startedRun();
    run.open('list', [done(0)]).open('fetch', [done(1), bad, pending, { state: 'timed_out' }]);
    const { items } = jobPageSchema.parse((await api.request('GET', path)).body);
    expect(items[1]).toMatchObject({
      id: `${run.id}.fetch.0`,
      workflow_id: run.options.workflow!.id,
      run_id: run.id,
      status: 'completed',
      attempts: 1,
      lost_attempts: 0,
      agent_id: 'agent_1',
      duration_ms: 5,
    });
    expect(Date.parse(items[1]!.created_at)).toBe(run.createdAt);
    expect(items[2]).toMatchObject({ status: 'failed', error: { code: 'BAD', message: 'no such page' } });
    expect(items[3]).toMatchObject({
      status: 'pending',
      started_at: null,
      duration_ms: null,
      agent_id: null,
    });
    expect(items[4]).toMatchObject({ status: 'timed_out', error: { code: 'RUN_TIMEOUT' } });
  });

  it('R1.2d filters by status', async () => {
    const { run, path } = await startedRun();
    run.open('list', [done(0)]).open('fetch', [done(1), bad, pending, bad, done(2)]);
    const ids = async (status: string) =>
      (await pages(`${path}?status=${status}&limit=1`)).flat().map((j) => `${j.step_id}.${j.task_id}`);
    expect(await ids('failed')).toEqual(['fetch.1', 'fetch.3']);
    expect(await ids('completed')).toEqual(['list.0', 'fetch.0', 'fetch.4']);
    expect(await ids('running')).toEqual([]);
  });

  it('R1.2e pages through 100,000 jobs without losing or repeating one while they change', async () => {
    const { run, path } = await startedRun();
    const tasks = Array.from({ length: 100_000 }, () => ({ ...pending }));
    run.open('list', [done(0)]).open('fetch', tasks);
    const seen = new Set<string>();
    let cursor = '';
    for (let page = 0; page <= 101 && cursor !== 'end'; page++) {
      for (let i = page * 1_000; i < (page + 2) * 1_000 && i < tasks.length; i++)
        tasks[i]!.state = 'completed';
      const { body } = await api.request('GET', `${path}?limit=1000${cursor}`);
      for (const job of body.items as JobSummaryBody[]) seen.add(job.id);
      expect(body.items.length).toBeLessThanOrEqual(1_000);
      cursor = body.next_cursor === null ? 'end' : `&cursor=${body.next_cursor}`;
    }
    expect(cursor).toBe('end');
    expect(seen.size).toBe(100_001);
  });

  it('R1.2e looks at a bounded part of the run for a rare status, and goes on from there', async () => {
    const { run, path } = await startedRun();
    const tasks = Array.from({ length: 25_000 }, () => pending);
    tasks[24_000] = bad;
    run.open('fetch', tasks);
    const found = await pages(`${path}?status=failed`);
    expect(found.length).toBeGreaterThan(1);
    expect(found.flat().map((j) => j.task_id)).toEqual([24_000]);
  });

  it('stays with its run from page to page, and gives another run where it is named', async () => {
    const { run, path } = await startedRun();
    run.open('list', [done(0)]).open('fetch', [done(1), done(2)]);
    const first = await api.request('GET', `${path}?limit=2`);
    const { workflow, definition } = run.options;
    const newer = api.runs.add({ definition, workflow }).open('list', [pending]);
    const second = await api.request('GET', `${path}?limit=2&cursor=${first.body.next_cursor}`);
    expect(second.body.items.map((j: JobSummaryBody) => j.id)).toEqual([`${run.id}.fetch.1`]);
    const latest = await api.request('GET', path);
    expect(latest.body.items.map((j: JobSummaryBody) => j.run_id)).toEqual([newer.id]);
    expect((await api.request('GET', `${path}?run=${run.id}`)).body.items).toHaveLength(3);
    expect((await api.request('GET', `/runs/${run.id}/jobs`)).body.items).toHaveLength(3);
    const mixed = await api.request('GET', `${path}?run=${newer.id}&cursor=${first.body.next_cursor}`);
    expect(mixed).toMatchObject({ status: 400, body: { errors: [{ path: 'cursor' }] } });
  });

  it('does not give the jobs of another workflow', async () => {
    const { path } = await startedRun();
    const other = await startedRun();
    expect((await api.request('GET', `${path}?run=${other.run.id}`)).status).toBe(404);
  });
});

describe('POST /jobs', () => {
  it('R1.1e creates a job without a workflow', async () => {
    const body = { image: 'scraper:latest', input: { url: 'u' }, timeout: '5m', retry: { max_attempts: 1 } };
    const created = await api.request('POST', '/jobs', { body });
    expect(created.status).toBe(201);
    const job = jobSchema.parse(created.body);
    expect(job).toMatchObject({ workflow_id: null, step_id: 'job', task_id: 0, status: 'pending' });
    expect(created.headers.get('location')).toBe(`/jobs/${job.id}`);
    expect((await api.request('GET', `/jobs/${job.id}`)).body).toEqual(job);
    expect(await api.runs.input(job.run_id)).toBe('{"url":"u"}');
    const definition = (await api.runs.definition(job.run_id))!;
    expect(definition.steps[0]).toMatchObject({ image: 'scraper:latest', timeout: 300_000 });
  });
});

describe('GET /jobs/{id}', () => {
  it('R1.1d gives a job with its workflow and step, and its result or error', async () => {
    const { run } = await startedRun();
    run.open('list', [done(7)]).open('fetch', [bad]);
    const good = jobSchema.parse((await api.request('GET', `/jobs/${run.id}.list.0`)).body);
    expect(good).toMatchObject({ workflow_id: run.options.workflow!.id, step_id: 'list', result: 7 });
    const failed = (await api.request('GET', `/jobs/${run.id}.fetch.0`)).body;
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'BAD' } });
    expect(failed).not.toHaveProperty('result');
  });

  it.each(['run_0', 'fetch.1', 'count.1', 'nothing.0', 'fetch.99999999999'])(
    'does not know %s',
    async (rest) => {
      const { run } = await startedRun();
      run.open('fetch', [bad]);
      const id = rest.startsWith('run') ? rest : `${run.id}.${rest}`;
      expect(await api.request('GET', `/jobs/${id}`)).toMatchObject({
        status: 404,
        body: { code: 'NOT_FOUND' },
      });
    },
  );
});

it('GET /jobs gives the jobs of all runs, newest run first, page by page', async () => {
  const first = (await startedRun()).run.open('list', [done(0)]).open('fetch', [done(1), bad]);
  const second = (await startedRun()).run;
  const third = (await startedRun()).run.open('list', [done(0), done(1), done(2)]);
  const expected = [0, 1, 2].map((i) => `${third.id}.list.${i}`);
  expected.push(`${first.id}.list.0`, `${first.id}.fetch.0`, `${first.id}.fetch.1`);
  for (const limit of [1, 2, 3, 4, 100]) {
    const found = await pages(`/jobs?limit=${limit}`);
    expect(found.flat().map((j) => j.id)).toEqual(expected);
    expect(found.every((page) => page.length <= limit)).toBe(true);
  }
  expect(second.id).toBeDefined();
  expect((await pages('/jobs?status=failed')).flat().map((j) => j.id)).toEqual([`${first.id}.fetch.1`]);
});
