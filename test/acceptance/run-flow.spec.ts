import type { Cluster } from '../harness/cluster.js';
import { until } from '../harness/until.js';
import { withCluster } from '../harness/with-cluster.js';

const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
let cluster: Cluster;
withCluster({ workers: 2 }, (started) => {
  cluster = started;
});

it('R2.1a R2.1b R2.1c R2.1d R2.1e R2.2a R2.3a R2.3b R2.3c lists, maps in parallel and reduces in item order', async () => {
  const { client } = cluster;
  const items = Array.from({ length: 40 }, (_, i) => ({ do: 'sleep', ms: (i * 7) % 20, i }));
  const workflow = await client.createWorkflow({
    name: 'list-map-reduce',
    steps: [
      { name: 'list', image, input: { value: { do: 'echo', value: { pages: items } } } },
      {
        type: 'map',
        name: 'map',
        image,
        items: { step: 'list', pointer: '/pages' },
        max_parallel: 4,
        pool_config: { max_size: 4 },
      },
      { type: 'reduce', name: 'reduce', image, depends_on: ['map'] },
    ],
  });
  const run = await client.startWorkflow(workflow.id);
  const ended = await client.waitForRun(run.id, { timeoutMs: 60_000 });
  expect(ended.status).toBe('completed');
  expect((ended.result as { index: number }[]).map((o) => o.index)).toEqual(items.map((_, i) => i));
  expect(ended.steps.map((s) => [s.name, s.total, s.completed])).toEqual([
    ['list', 1, 1],
    ['map', 40, 40],
    ['reduce', 1, 1],
  ]);
  const { items: jobs } = await client.listWorkflowJobs(workflow.id);
  expect(jobs.map((j) => `${j.step_id} ${j.task_id}`)).toEqual([
    'list 0',
    ...items.map((_, i) => `map ${i}`),
    'reduce 0',
  ]);
}, 90_000);

it('R1.2c R1.2e pages through the jobs of a run with their execution details', async () => {
  const { client } = cluster;
  const workflow = await client.createWorkflow({
    name: 'paged',
    steps: [{ type: 'map', name: 'map', image, items: Array.from({ length: 25 }, (_, i) => i) }],
  });
  const run = await client.startWorkflow(workflow.id);
  await client.waitForRun(run.id, { timeoutMs: 60_000 });
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listWorkflowJobs(workflow.id, { limit: 10, cursor });
    seen.push(...page.items.map((job) => job.id));
    for (const job of page.items) {
      expect(job).toMatchObject({ status: 'completed', attempts: 1, workflow_id: workflow.id });
      expect(job.duration_ms).toBeGreaterThanOrEqual(0);
      expect(job.agent_id).toMatch(/^agent_/);
    }
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => `${run.id}.map.${i}`));
}, 60_000);

it('R3.1a R3.1b R3.2a R3.2b R3.2c R3.2d R3.5b shares state between tasks, and with HTTP', async () => {
  const { client } = cluster;
  const call = (name: string, call: string, ...args: unknown[]) => ({
    name,
    image,
    input: { value: { do: 'state', call, arguments: args as never } },
    pool_config: { max_size: 1 },
  });
  const steps = [
    call('set', 'set', 'config', { deep: [1, null, 'ü'] }),
    call('count', 'increment', 'n', 5),
    call('append', 'append', 'files', 'a.txt'),
    call('add', 'addToSet', 'users', 'ada'),
    call('swap', 'compareAndSwap', 'config', { deep: [1, null, 'ü'] }, 'swapped'),
  ].map((step, i, all) => ({ ...step, depends_on: i === 0 ? [] : [all[i - 1]!.name] }));
  const workflow = await client.createWorkflow({ name: 'state', steps });
  const run = await client.startWorkflow(workflow.id);
  const ended = await client.waitForRun(run.id, { timeoutMs: 60_000 });
  expect(ended.status).toBe('completed');
  const state = { config: 'swapped', n: 5, files: ['a.txt'], users: ['ada'] };
  expect(await client.getWorkflowState(workflow.id)).toEqual({ run_id: run.id, state });
  expect((await client.getWorkflowStateValue(workflow.id, 'n')).value).toBe(5);
}, 60_000);

it('R3.1e isolates the state of each run', async () => {
  const { client } = cluster;
  const items = Array.from({ length: 10 }, () => ({ do: 'count', key: 'n' }));
  const workflow = await client.createWorkflow({
    name: 'isolated',
    steps: [{ type: 'map', name: 'map', image, items }],
  });
  const runs = await Promise.all([client.startWorkflow(workflow.id), client.startWorkflow(workflow.id)]);
  for (const { id } of runs) {
    await client.waitForRun(id, { timeoutMs: 60_000 });
    expect((await client.getRunState(id)).state).toEqual({ n: 10 });
  }
}, 60_000);

it('R2.5a R2.5b shows how far a map is while it runs', async () => {
  const { client } = cluster;
  const items = Array.from({ length: 8 }, () => ({ do: 'sleep', ms: 100 }));
  const workflow = await client.createWorkflow({
    name: 'progress',
    steps: [{ type: 'map', name: 'map', image, items, max_parallel: 2, pool_config: { max_size: 2 } }],
  });
  const run = await client.startWorkflow(workflow.id);
  const step = await until('some tasks are done and some are not', async () => {
    const [map] = (await client.getRun(run.id)).steps;
    return map!.completed > 0 && map!.pending > 0 ? map! : undefined;
  });
  expect(step.pending + step.running + step.completed).toBe(8);
  expect(step.running).toBeLessThanOrEqual(2);
  await client.waitForRun(run.id, { timeoutMs: 60_000 });
}, 60_000);
