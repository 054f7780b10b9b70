import type { Cluster } from '../harness/cluster.js';
import { until } from '../harness/until.js';
import { withCluster } from '../harness/with-cluster.js';

let cluster: Cluster;
withCluster({ workers: 2 }, (started) => {
  cluster = started;
});

it('R2.4b a limit holds while workers die, and what they held is used again', async () => {
  const { client } = cluster;
  const items = Array.from({ length: 40 }, () => ({ do: 'sleep', ms: 200 }));
  const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
  const map = { type: 'map' as const, name: 'map', image, items, pool_config: { max_size: 6 } };
  const config = { limits: [{ max_parallel: 2 }] };
  const { id } = await client.createWorkflow({ name: 'limited', config, steps: [map] });
  const runs = [await client.startWorkflow(id), await client.startWorkflow(id)];
  const completed = async () => {
    const found = await Promise.all(runs.map((run) => client.getRun(run.id)));
    return found.reduce((sum, run) => sum + run.steps[0]!.completed, 0);
  };
  await until('tasks were completed', async () => (await completed()) > 6);
  await cluster.kill('worker-1');
  cluster.spawn('worker', 'worker-3');
  for (const run of runs) {
    const { status } = await client.waitForRun(run.id, { timeoutMs: 90_000 });
    expect(status).toBe('completed');
  }

  const jobs = [];
  for (const run of runs) jobs.push(...(await client.listRunJobs(run.id, { limit: 100 })).items);
  const moments = jobs.flatMap((job): [at: number, change: number][] => [
    [Date.parse(job.started_at!), 1],
    [Date.parse(job.finished_at!), -1],
  ]);
  moments.sort(([a, x], [b, y]) => a - b || x - y);
  let now = 0;
  expect(Math.max(...moments.map(([, change]) => (now += change)))).toBe(2);
}, 150_000);
