import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster } from '../harness/cluster.js';
import { until } from '../harness/until.js';

let cluster: Cluster;
let image: string;
let files: string;
beforeAll(async () => {
  image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
  files = mkdtempSync(join(tmpdir(), 'af-files-'));
  cluster = await Cluster.start({ workers: 2, environment: { AGENTAINER_ITEM_FILES: files } });
}, 60_000);
afterAll(async () => {
  await cluster.stop();
  rmSync(files, { recursive: true, force: true });
}, 60_000);

const map = (more: object) => ({ type: 'map' as const, name: 'map', image, items: [], ...more });

async function startedRun(steps: Parameters<Cluster['client']['createWorkflow']>[0]['steps']) {
  const { id } = await cluster.client.createWorkflow({ name: 'fan-out', steps });
  return (await cluster.client.startWorkflow(id)).id;
}

it('R2.1b R6.4b takes its items from what an agent left in the state, and from a range', async () => {
  const urls = ['u1', 'u2', 'u3'];
  const fill = { do: 'state', call: 'set', arguments: ['urls', urls] };
  const id = await startedRun([
    { name: 'fill', image, input: { value: fill } },
    map({ name: 'urls', items: { state: 'urls' }, depends_on: ['fill'] }),
    map({ name: 'numbers', items: { range: { from: 1, to: 10, step: 3 } } }),
  ]);
  const run = await cluster.client.waitForRun(id, { timeoutMs: 60_000 });
  expect(run).toMatchObject({ status: 'completed', result: { urls, numbers: [1, 4, 7, 10] } });
}, 90_000);

it('R2.2e R2.5c R2.5d tells how far a step is, gives what there is, and runs more at once when told', async () => {
  const { client } = cluster;
  const items = Array.from({ length: 80 }, () => ({ do: 'sleep', ms: 150 }));
  const id = await startedRun([map({ items, max_parallel: 1, pool_config: { max_size: 4 } })]);
  const step = await until('a task has ended', async () => {
    const look = await client.getStep(id, 'map');
    return look.completed > 0 && look;
  });
  expect(step).toMatchObject({ status: 'running', max_parallel: 1 });
  expect(step.running).toBeLessThanOrEqual(1);
  expect(Date.parse(step.estimated_completion_at!)).toBeGreaterThan(Date.parse(step.started_at!));
  const { items: results } = await client.listStepResults(id, 'map');
  expect(results.length).toBeGreaterThan(0);
  expect(results[0]).toMatchObject({ index: 0, status: 'completed', result: 150 });

  expect(await client.changeStep(id, 'map', { max_parallel: 4 })).toMatchObject({ max_parallel: 4 });
  await until('four run at once', async () => (await client.getStep(id, 'map')).running === 4);
  const run = await client.waitForRun(id, { timeoutMs: 60_000 });
  expect(run.steps[0]).toMatchObject({ status: 'completed', completed: 80, estimated_completion_at: null });
  await expect(client.changeStep(id, 'map', { max_parallel: 2 })).rejects.toMatchObject({ status: 409 });
}, 90_000);

it('R2.2e gives the results of a step that failed', async () => {
  const items = [
    { do: 'echo', value: 'good' },
    { do: 'fail', code: 'BAD', retryable: false },
    { do: 'drop' },
  ];
  const id = await startedRun([map({ items })]);
  const run = await cluster.client.waitForRun(id, { timeoutMs: 60_000 });
  expect(run).toMatchObject({ status: 'failed', steps: [{ completed: 2, failed: 1, dropped: 1 }] });
  const { items: results, next_cursor } = await cluster.client.listStepResults(id, 'map');
  expect(results).toMatchObject([
    { index: 0, status: 'completed', result: 'good' },
    { index: 1, status: 'failed', error: { code: 'BAD' } },
    { index: 2, status: 'completed', dropped: true },
  ]);
  expect(results[2]).not.toHaveProperty('result');
  expect(next_cursor).toBeNull();
}, 90_000);

it('R2.3e merges the state updates of tasks that run side by side', async () => {
  const change = (call: string, ...args: (string | number)[]) => ({ do: 'state', call, arguments: args });
  const each = Array.from({ length: 30 }, (_, i) => [
    change('increment', 'sum', i),
    change('append', 'list', i),
    change('addToSet', 'digits', i % 10),
  ]).flat();
  const id = await startedRun([map({ items: each, max_parallel: 8, pool_config: { max_size: 8 } })]);
  expect((await cluster.client.waitForRun(id, { timeoutMs: 60_000 })).status).toBe('completed');
  const { state } = await cluster.client.getRunState(id);
  expect(state.sum).toBe((29 * 30) / 2);
  expect([...(state.list as number[])].sort((a, b) => a - b)).toEqual(
    Array.from({ length: 30 }, (_, i) => i),
  );
  expect([...(state.digits as number[])].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
}, 90_000);

it('R2.5d stops a step of which fewer tasks may fail than have', async () => {
  const { client } = cluster;
  const bad = { do: 'fail', code: 'BAD', retryable: false };
  const items = [bad, bad, bad, ...Array(60).fill({ do: 'sleep', ms: 500 })] as object[];
  const policies = { on_failure: 'fail_fast', failure_tolerance: '50%', pool_config: { max_size: 2 } };
  const id = await startedRun([map({ items, ...policies })]);
  await until('three have failed', async () => (await client.getStep(id, 'map')).failed === 3);
  const step = await client.changeStep(id, 'map', { failure_tolerance: 2 });
  expect(step).toMatchObject({ status: 'failed', failure_tolerance: 2, failed: 3, running: 0 });
  expect(await client.waitForRun(id, { timeoutMs: 60_000 })).toMatchObject({ status: 'failed' });
}, 90_000);

it('R6.6b gives a task several items at once', async () => {
  const items = [1, 2, 3, 4, 5];
  const id = await startedRun([map({ items, batch_size: 2 })]);
  const run = await cluster.client.waitForRun(id, { timeoutMs: 60_000 });
  expect(run).toMatchObject({ status: 'completed', result: [[1, 2], [3, 4], [5]], steps: [{ total: 3 }] });
  const steps = [map({ items, batch_size: 0, batch_bytes: 5_000_000 })];
  const refused = cluster.client.createWorkflow({ name: 'batches', steps });
  await expect(refused).rejects.toMatchObject({
    faults: [{ path: 'steps[0].batch_size' }, { path: 'steps[0].batch_bytes' }],
  });
}, 90_000);

it('R2.1b takes its items from a file', async () => {
  const file = join(files, 'pages.csv');
  writeFileSync(file, 'url,depth\nhttps://a.example,1\n"https://b.example/?q=1,2",2\n');
  const id = await startedRun([map({ items: { file } })]);
  expect(await cluster.client.waitForRun(id, { timeoutMs: 60_000 })).toMatchObject({
    status: 'completed',
    result: [
      { url: 'https://a.example', depth: '1' },
      { url: 'https://b.example/?q=1,2', depth: '2' },
    ],
  });
  for (const items of [{ file: '/etc/pages.csv' }, { url: 'http://127.0.0.1/pages.csv' }]) {
    const refused = startedRun([map({ items })]);
    await expect(refused).rejects.toMatchObject({ status: 400 });
  }
}, 90_000);
