import { FakeApi } from '@agentainer/api/fake-api';
import { AgentainerClient } from './client.js';
import {
  ApiError,
  ForbiddenError,
  InvalidInputApiError,
  NotFoundApiError,
  UnauthenticatedError,
  WaitTimeoutError,
} from './api-errors.js';

let api: FakeApi;
let client: AgentainerClient;
beforeEach(async () => {
  api = new FakeApi();
  await api.start();
  client = new AgentainerClient({ url: api.address, key: api.key('admin') });
});
afterEach(() => api.stop());

const DEFINITION = { name: 'etl', steps: [{ name: 'a', image: 'x' }] };
const fakeRun = (id: string) => api.runs.runs.get(id)!;

it('R4.3a creates, starts, watches and reads workflows', async () => {
  const workflow = await client.createWorkflow(DEFINITION);
  const run = await client.startWorkflow(workflow.id, { day: 1 });
  expect(await api.runs.input(run.id)).toBe('{"day":1}');
  fakeRun(run.id)
    .open('a', [{ state: 'completed', result: 42 }], 'completed')
    .end('completed');

  expect((await client.getRun(run.id)).result).toBe(42);
  expect((await client.getWorkflow(workflow.id)).latest_run!.id).toBe(run.id);
  expect((await client.listWorkflows({ status: 'completed' })).items[0]!.id).toBe(workflow.id);
  expect((await client.listWorkflowRuns(workflow.id)).items[0]!.id).toBe(run.id);
  expect((await client.listRuns({ limit: 1 })).items[0]!.id).toBe(run.id);
  for (const page of [
    await client.listWorkflowJobs(workflow.id, { run: run.id, status: 'completed' }),
    await client.listRunJobs(run.id),
    await client.listJobs(),
  ]) {
    expect(page).toMatchObject({ items: [{ step_id: 'a', task_id: 0 }], next_cursor: null });
  }
  expect((await client.getJob(`${run.id}.a.0`)).result).toBe(42);
  expect((await client.listRunEvents(run.id)).items).toEqual([]);
});

it('R4.3a creates map-reduces and single jobs', async () => {
  const workflow = await client.createMapReduce({ name: 'wc', mapper_image: 'm', reducer_image: 'r' });
  expect(workflow.steps).toEqual(['map', 'reduce']);
  expect(await client.createJob({ image: 'x', input: [1], timeout: '5m' })).toMatchObject({
    workflow_id: null,
  });
});

it('R4.3a reads and writes state', async () => {
  const { id } = await client.createWorkflow(DEFINITION);
  const run = await client.startWorkflow(id);
  expect(await client.putWorkflowState(id, { n: 1, 'a.b': [null] })).toEqual({ run_id: run.id });
  expect((await client.getWorkflowState(id)).state).toEqual({ n: 1, 'a.b': [null] });
  expect((await client.getWorkflowStateValue(id, 'a.b', { run: run.id })).value).toEqual([null]);
  expect((await client.getRunState(run.id)).state.n).toBe(1);
});

it('reads pools, metrics and health', async () => {
  expect([await client.listPools(), await client.pools.list()]).toEqual([[], []]);
  expect(await client.hosts.list()).toEqual([]);
  expect(await client.metrics()).toContain('http_request_duration_seconds');
  const stranger = new AgentainerClient({ url: api.address });
  expect([await stranger.live(), await stranger.ready()]).toEqual([{ status: 'ok' }, { status: 'ok' }]);
});

describe('R4.3c tells refusals apart', () => {
  const as = (key: string | undefined) => new AgentainerClient({ url: api.address, key });

  it('by class, with the faults of the input', async () => {
    const bad = client.createWorkflow({ name: '!', steps: [] });
    const error = await bad.catch((e: unknown) => e as InvalidInputApiError);
    expect(error).toBeInstanceOf(InvalidInputApiError);
    expect(error).toMatchObject({
      status: 400,
      code: 'INVALID_INPUT',
      faults: [{ path: 'name' }, { path: 'steps' }],
    });
    await expect(client.getRun('run_0')).rejects.toBeInstanceOf(NotFoundApiError);
    await expect(as(undefined).listRuns()).rejects.toBeInstanceOf(UnauthenticatedError);
    await expect(as('ak_x').listRuns()).rejects.toBeInstanceOf(UnauthenticatedError);
    await expect(as(api.key('read')).createJob({ image: 'x' })).rejects.toBeInstanceOf(ForbiddenError);
    await expect(client.getWorkflowStateValue('wf_0', '../../runs')).rejects.toBeInstanceOf(ApiError);
  });
});

describe('waitForRun', () => {
  it('looks until the run has ended, and tells each look', async () => {
    const { id } = await client.createJob({ image: 'x' });
    const run = fakeRun(id.split('.')[0]!);
    const seen: string[] = [];
    const ended = await client.waitForRun(run.id, {
      onProgress: ({ status }) => {
        seen.push(status);
        if (seen.length === 3) run.end('failed', { code: 'BAD', message: 'no' });
      },
    });
    expect(ended).toMatchObject({ status: 'failed', error: { code: 'BAD' } });
    expect(seen).toEqual(['running', 'running', 'running', 'failed']);
  });

  it('gives up when its time is over, or when it is told to', async () => {
    const { run_id } = await client.createJob({ image: 'x' });
    await expect(client.waitForRun(run_id, { timeoutMs: 60 })).rejects.toBeInstanceOf(WaitTimeoutError);
    const signal = AbortSignal.timeout(20);
    await expect(client.waitForRun(run_id, { signal })).rejects.toMatchObject({ name: 'AbortError' });
  });
});
