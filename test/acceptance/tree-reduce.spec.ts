import type { Cluster } from '../harness/cluster.js';
import { until } from '../harness/until.js';
import { withCluster } from '../harness/with-cluster.js';

const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
/** So many that the reduce step takes a while. */
const ITEMS = 800;

let cluster: Cluster;
withCluster({ workers: 2 }, (started) => {
  cluster = started;
});

it('R2.3a R2.3c R3.2e reduces level by level, also when a worker is killed on the way', async () => {
  const { client } = cluster;
  const items = { range: { from: 0, to: ITEMS - 1 } };
  const { id } = await client.createWorkflow({
    name: 'tree',
    steps: [
      { type: 'map', name: 'map', image, items, pool_config: { max_size: 2 } },
      { type: 'reduce', name: 'reduce', image, over: 'map', fan_in: 4, pool_config: { max_size: 2 } },
    ],
  });
  const { id: runId } = await client.startWorkflow(id);
  await until('the first level is under way', async () => {
    const step = await client.getStep(runId, 'reduce');
    return step.completed > 0 && step.completed < step.total;
  });
  await cluster.kill('worker-1');
  const run = await client.waitForRun(runId, { timeoutMs: 90_000 });
  expect(run).toMatchObject({
    status: 'completed',
    steps: [{ total: ITEMS }, { total: 200 + 50 + 13 + 4 + 1, completed: 268 }],
  });
  // The fake agent echoes what it gets: the whole tree is in the result.
  interface Outcome {
    index: number;
    result: number | Outcome[];
  }
  const leaves = (outcomes: Outcome[]): number[] =>
    outcomes.flatMap(({ result }) => (typeof result === 'number' ? result : leaves(result)));
  expect(leaves(run.result as unknown as Outcome[])).toEqual(Array.from({ length: ITEMS }, (_, i) => i));
}, 150_000);
