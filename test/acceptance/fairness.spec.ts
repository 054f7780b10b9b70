import type { Cluster } from '../harness/cluster.js';
import { until } from '../harness/until.js';
import { withCluster } from '../harness/with-cluster.js';

/** How long a lane keeps its agent while others wait; see DEFAULT_LANE_OPTIONS. */
const TIME_SLICE_MS = 1_000;
const AGENTS = 2;
const TASK_MS = 5;
/** A time slice has no more tasks than that, on however slow a machine. */
const MOST_TASKS_OF_TWO_SLICES = (2 * AGENTS * TIME_SLICE_MS) / TASK_MS;

let cluster: Cluster;
withCluster({ workers: 2 }, (started) => {
  cluster = started;
});

it('R2.4e a run of 3 tasks starts within two time slices while one of 20,000 uses all agents of the pool', async () => {
  const { client } = cluster;
  const start = async (name: string, tasks: number) => {
    const items = Array.from({ length: tasks }, () => ({ do: 'sleep', ms: TASK_MS }));
    const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
    const map = { type: 'map' as const, name: 'map', image, items, pool_config: { max_size: AGENTS } };
    return client.startWorkflow((await client.createWorkflow({ name, steps: [map] })).id);
  };
  const long = await start('long', 20_000);
  const done = async () => (await client.getRun(long.id)).steps[0]!.completed;
  await until('the long run is at work', async () => (await done()) > 10);

  const before = await done();
  const short = await start('short', 3);
  await until('the short run has begun', async () => {
    const [step] = (await client.getRun(short.id)).steps;
    return step!.running + step!.completed > 0;
  });
  expect((await done()) - before).toBeLessThanOrEqual(MOST_TASKS_OF_TWO_SLICES);
  const ended = await client.waitForRun(short.id, { timeoutMs: 30_000 });
  expect(ended.status).toBe('completed');
  expect((await client.getRun(long.id)).steps[0]).toMatchObject({ status: 'running', total: 20_000 });
  await client.cancelRun(long.id);
}, 90_000);
