import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Cluster } from '../harness/cluster.js';
import { until } from '../harness/until.js';
import { withCluster } from '../harness/with-cluster.js';

const CLI = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url));

const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
let cluster: Cluster;
withCluster({ workers: 2 }, (started) => {
  cluster = started;
});

const DEADLINE = { timeoutMs: 90_000 };

/** A workflow whose one step does what its input says. */
const doer = () => cluster.client.createWorkflow({ name: 'doer', steps: [{ name: 'do', image }] });
const echo = (value: unknown) => ({ do: 'echo', value: value as never });

it('R4.5d runs a workflow as a step and maps over runs, and lists them', async () => {
  const { client } = cluster;
  const { id } = await doer();
  const workflow = await client.createWorkflow({
    name: 'parent',
    steps: [
      { type: 'workflow', name: 'one', workflow: id, input: { value: echo('first') } },
      {
        type: 'workflow',
        name: 'many',
        workflow: id,
        depends_on: ['one'],
        items: [echo('a'), { do: 'fail', code: 'BAD', retryable: false }, echo('c')],
        failure_tolerance: 1,
      },
    ],
  });
  const started = await client.startWorkflow(workflow.id);
  const run = await client.waitForRun(started.id, DEADLINE);
  expect(run).toMatchObject({ status: 'completed', parent: null, result: ['a', null, 'c'] });
  expect(run.steps).toMatchObject([
    { type: 'workflow', completed: 1 },
    { completed: 2, failed: 1 },
  ]);
  const { items } = await client.listChildren(run.id);
  expect(items.map(({ parent, status }) => [parent!.step, parent!.index, status])).toEqual([
    ['many', 0, 'completed'],
    ['many', 1, 'failed'],
    ['many', 2, 'completed'],
    ['one', 0, 'completed'],
  ]);
  expect(await client.getJob(`${run.id}.many.1`)).toMatchObject({ error: { code: 'CHILD_FAILED' } });
  const connection = ['--url', cluster.url, '--key', cluster.key];
  const argv = [CLI, 'workflow', 'children', run.id, '--step', 'one', ...connection];
  const { stdout } = await promisify(execFile)(process.execPath, argv);
  expect(stdout).toContain(items[3]!.id);
  await client.deleteRun(run.id);
  await expect(client.getRun(items[0]!.id)).rejects.toMatchObject({ status: 404 });
}, 120_000);

it('R4.5d cancels child runs with the run that started them, though a worker was killed', async () => {
  const { client } = cluster;
  const { id } = await doer();
  const items = [1, 2].map(() => ({ do: 'sleep', ms: 120_000 }));
  const { id: parent } = await client.createWorkflow({
    name: 'parent',
    steps: [{ type: 'workflow', name: 'many', workflow: id, items }],
  });
  const { id: runId } = await client.startWorkflow(parent);
  const children = await until('two children run', async () => {
    const page = await client.listChildren(runId);
    const runs = await Promise.all(page.items.map((child) => client.getRun(child.id)));
    return runs.length === 2 && runs.every((run) => run.steps[0]!.running === 1) ? runs : undefined;
  });
  expect((await client.explainRun(runId)).steps).toMatchObject([
    { reasons: [{ reason: 'child_runs', running: 2 }] },
  ]);
  await cluster.kill('worker-1');
  await client.cancelRun(runId);
  await until('the children are cancelled', async () => {
    const runs = await Promise.all(children.map((child) => client.getRun(child.id)));
    return runs.every((run) => run.status === 'cancelled');
  });
}, 120_000);
