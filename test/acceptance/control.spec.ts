import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Cluster } from '../harness/cluster.js';
import { containersOf } from '../harness/docker.js';
import { until } from '../harness/until.js';
import { withCluster } from '../harness/with-cluster.js';

const CLI = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url));

const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
let cluster: Cluster;
withCluster({ workers: 2 }, (started) => {
  cluster = started;
});

/** Runs one command line; what it printed. */
async function cli(...argv: string[]): Promise<string> {
  const connection = ['--url', cluster.url, '--key', cluster.key];
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...argv, ...connection]);
  return stdout;
}

async function startedMap(name: string, items: object[], more: object = {}) {
  const workflow = await cluster.client.createWorkflow({
    name,
    steps: [
      { type: 'map', name: 'map', image, items: items as never, pool_config: { max_size: 2 }, ...more },
    ],
  });
  return { workflow, run: await cluster.client.startWorkflow(workflow.id) };
}

const running = (runId: string, count: number) =>
  until(`${count} tasks run`, async () => {
    const run = await cluster.client.getRun(runId);
    return run.steps[0]!.running === count ? run : undefined;
  });

it('R9.1a cancels a run: its tasks are stopped, their agents are used on, results stay', async () => {
  const { client } = cluster;
  const sleep = { do: 'sleep', ms: 120_000 };
  const { workflow, run } = await startedMap('cancelled', [
    { do: 'echo', value: 'kept' },
    sleep,
    sleep,
    sleep,
  ]);
  await until(
    'the first task has ended',
    async () => (await client.getRun(run.id)).steps[0]!.completed === 1,
  );
  await running(run.id, 2);
  const agents = (await client.listRunJobs(run.id, { status: 'running' })).items.map((job) => job.agent_id);
  const asked = performance.now();
  expect((await client.cancelRun(run.id)).status).toBe('cancelled');
  const next = await client.startWorkflow(workflow.id);
  // The pool has two agents: these run only because the others were stopped.
  await running(next.id, 2);
  expect(performance.now() - asked).toBeLessThan(20_000);
  const jobs = (await client.listRunJobs(next.id, { status: 'running' })).items;
  expect(jobs.map((job) => job.agent_id).sort()).toEqual(agents.sort());
  await client.cancelWorkflow(workflow.id);
  expect(await client.getRun(run.id)).toMatchObject({
    status: 'cancelled',
    error: { code: 'RUN_CANCELLED' },
    steps: [{ status: 'cancelled', completed: 1, cancelled: 3, running: 0, pending: 0 }],
  });
  expect(await client.getJob(`${run.id}.map.0`)).toMatchObject({ status: 'completed', result: 'kept' });
  expect(await client.getJob(`${run.id}.map.3`)).toMatchObject({ status: 'cancelled' });
}, 90_000);

it('R9.1a ends the container of a task that does not heed its cancellation', async () => {
  const { client } = cluster;
  const hang = { do: 'hang' };
  const { run } = await startedMap('deaf', [hang], { pool_config: { max_size: 1 } });
  await running(run.id, 1);
  const [job] = (await client.listRunJobs(run.id)).items;
  expect(await containersOf(cluster.host, job!.agent_id!)).toHaveLength(1);
  await client.cancelRun(run.id);
  await until('the container has ended', async () => {
    return (await containersOf(cluster.host, job!.agent_id!)).length === 0;
  });
}, 60_000);

it('R9.1a pauses a run and lets it go on, by the command', async () => {
  const { client } = cluster;
  const items = Array.from({ length: 8 }, () => ({ do: 'sleep', ms: 1_500 }));
  const { workflow, run } = await startedMap('paused', items);
  await running(run.id, 2);
  expect(await cli('workflow', 'pause', workflow.id)).toBe(`${run.id} is paused\n`);
  const paused = await until('the running tasks have ended', async () => {
    const [step] = (await client.getRun(run.id)).steps;
    return step!.running === 0 ? step! : undefined;
  });
  expect(paused.pending).toBeGreaterThan(0);
  // An agent is free again for others: the run starts nothing on it.
  const other = await startedMap('other', [{ do: 'echo', value: 1 }]);
  await client.waitForRun(other.run.id, { timeoutMs: 30_000 });
  expect((await client.getRun(run.id)).steps[0]).toMatchObject({ pending: paused.pending, running: 0 });
  expect(await cli('workflow', 'resume', workflow.id)).toBe(`${run.id} is running\n`);
  const ended = await client.waitForRun(run.id, { timeoutMs: 60_000 });
  expect(ended).toMatchObject({ status: 'completed', steps: [{ completed: 8 }] });
}, 90_000);

it('R9.1a deletes runs and workflows that are not under way', async () => {
  const { client } = cluster;
  const { workflow, run } = await startedMap('deleted', [{ do: 'sleep', ms: 120_000 }]);
  await running(run.id, 1);
  await expect(client.deleteRun(run.id)).rejects.toMatchObject({ status: 409 });
  await expect(client.deleteWorkflow(workflow.id)).rejects.toMatchObject({ status: 409 });
  await client.cancelRun(run.id);
  const kept = await client.startWorkflow(workflow.id);
  await client.deleteRun(run.id);
  await expect(client.getRun(run.id)).rejects.toMatchObject({ status: 404 });
  await client.cancelRun(kept.id);
  expect(await cli('workflow', 'delete', workflow.id)).toBe(`deleted ${workflow.id}\n`);
  await expect(client.getRun(kept.id)).rejects.toMatchObject({ status: 404 });
  await expect(client.getWorkflow(workflow.id)).rejects.toMatchObject({ status: 404 });
}, 60_000);

it('R9.1e runs failed tasks again and keeps good results, by the command', async () => {
  const { client } = cluster;
  const key = 'attempts';
  // Counts in the state of the run, which a rerun takes over: so each task tells which execution it was.
  const count = { do: 'count', key };
  const workflow = await client.createWorkflow({
    name: 'redriven',
    steps: [
      {
        type: 'map',
        name: 'map',
        image,
        items: { input: '' },
        retry: { max_attempts: 1 },
        pool_config: { max_size: 1 },
      },
      { type: 'reduce', name: 'reduce', image, over: 'map' },
    ],
  });
  const fails = { do: 'fail', code: 'BAD', retryable: false };
  const run = await client.startWorkflow(workflow.id, [count, fails, count]);
  const failed = await client.waitForRun(run.id, { timeoutMs: 60_000 });
  expect(failed).toMatchObject({
    status: 'failed',
    steps: [{ completed: 2, failed: 1 }, { status: 'skipped' }],
  });
  const again = JSON.parse(await cli('workflow', 'rerun', run.id, '--failed-only', '--json')) as {
    id: string;
  };
  const second = await client.waitForRun(again.id, { timeoutMs: 60_000 });
  expect(second).toMatchObject({
    status: 'failed',
    rerun_of: run.id,
    steps: [{ completed: 2, failed: 1 }, {}],
  });
  expect((await client.getRunState(again.id)).state).toEqual({ [key]: 2 });
  expect(await client.getJob(`${again.id}.map.0`)).toMatchObject({ status: 'completed', result: 1 });
}, 120_000);

it('R9.1e begins again with a step, with what was before it kept, or with another input', async () => {
  const { client } = cluster;
  const workflow = await client.createWorkflow({
    name: 'rerun',
    steps: [
      { name: 'first', image, input: { value: { do: 'describe' } }, pool_config: { max_size: 1 } },
      { name: 'second', image, input: { input: '/task' }, depends_on: ['first'] },
    ],
  });
  const run = await client.startWorkflow(workflow.id, {
    task: { do: 'fail', code: 'BAD', retryable: false },
  });
  expect((await client.waitForRun(run.id, { timeoutMs: 60_000 })).status).toBe('failed');
  const input = { task: { do: 'echo', value: 'good' } };
  const again = await client.rerunRun(run.id, { from_step: 'second', input });
  const ended = await client.waitForRun(again.id, { timeoutMs: 60_000 });
  expect(ended).toMatchObject({ status: 'completed', rerun_of: run.id, result: 'good' });
  const [before, after] = [
    await client.getJob(`${run.id}.first.0`),
    await client.getJob(`${again.id}.first.0`),
  ];
  expect(after.result).toEqual(before.result);
  expect(after.started_at).toBe(before.started_at);
  const whole = await client.rerunRun(again.id);
  expect(await client.waitForRun(whole.id, { timeoutMs: 60_000 })).toMatchObject({ result: 'good' });
}, 120_000);
