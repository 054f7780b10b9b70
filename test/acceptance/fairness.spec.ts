import type { Cluster } from '../harness/cluster.js';
import { until } from '../harness/until.js';
import { withCluster } from '../harness/with-cluster.js';

/** How long a lane keeps its agent while others wait; see DEFAULT_LANE_OPTIONS. */
const TIME_SLICE_MS = 1_000;

let cluster: Cluster;
withCluster({ workers: 2 }, (started) => {
  cluster = started;
});

it('R2.4e a run of 3 tasks starts within two time slices while one of 20,000 uses all agents of the pool', async () => {
  const { client } = cluster;
  const start = async (name: string, tasks: number) => {
    const items = Array.from({ length: tasks }, () => ({ do: 'sleep', ms: 5 }));
    const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
    const map = { type: 'map' as const, name: 'map', image, items, pool_config: { max_size: 2 } };
    return client.startWorkflow((await client.createWorkflow({ name, steps: [map] })).id);
  };
  const long = await start('long', 20_000);
  await until('the long run is at work', async () => (await client.getRun(long.id)).steps[0]!.completed > 10);

  const short = await client.waitForRun((await start('short', 3)).id, { timeoutMs: 30_000 });
  expect(short.status).toBe('completed');
  expect((await client.getRun(long.id)).steps[0]).toMatchObject({ status: 'running', total: 20_000 });
  const { items: jobs } = await client.listRunJobs(short.id);
  const begun = Math.min(...jobs.map((job) => Date.parse(job.started_at!)));
  expect(begun - Date.parse(short.created_at)).toBeLessThanOrEqual(2 * TIME_SLICE_MS);
  await client.cancelRun(long.id);
}, 90_000);
