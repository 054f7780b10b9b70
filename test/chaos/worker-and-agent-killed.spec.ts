import type { Cluster } from '../harness/cluster.js';
import { containersOf, docker } from '../harness/docker.js';
import { until } from '../harness/until.js';
import { withCluster } from '../harness/with-cluster.js';

const ITEMS = 300;

let cluster: Cluster;
withCluster({ workers: 3 }, (started) => {
  cluster = started;
});

const containers = () => containersOf(cluster.host);

it('R2.3a R2.3b R2.3c R3.2e R3.3a R6.1d keeps one result for each item when a worker and an agent are killed', async () => {
  const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
  const items = Array.from({ length: ITEMS }, () => ({ do: 'count', key: 'done', ms: 80 }));
  const { client } = cluster;
  const workflow = await client.createWorkflow({
    name: 'chaos',
    steps: [
      { type: 'map', name: 'map', image, items, max_parallel: 6, pool_config: { max_size: 6 } },
      { type: 'reduce', name: 'reduce', image, over: 'map', pool_config: { max_size: 1 } },
    ],
  });
  const started = await client.startWorkflow(workflow.id);
  const mapStep = async () => (await client.getRun(started.id)).steps[0]!;
  await until('a tenth of the map is done', async () => (await mapStep()).completed >= ITEMS / 10, 60_000);

  const victims = await containers();
  expect(victims.length).toBeGreaterThan(1);
  await docker('kill', '--signal', 'KILL', victims[0]!);
  await cluster.kill('worker-2');
  expect((await mapStep()).completed).toBeLessThan(ITEMS);

  const ended = await client.waitForRun(started.id, { timeoutMs: 120_000 });
  expect(ended).toMatchObject({ status: 'completed' });
  const outcomes = ended.result as { index: number; status: string; result: number }[];
  expect(outcomes.map((o) => o.index)).toEqual(items.map((_, i) => i));
  expect(outcomes.filter((o) => o.status !== 'completed')).toEqual([]);
  // Each task counted itself once and answered with the sum it made: no sum twice, none left out.
  const sums = outcomes.map((o) => o.result).sort((a, b) => a - b);
  expect(sums).toEqual(items.map((_, i) => i + 1));
  const { state } = await client.getWorkflowState(workflow.id);
  expect(state).toEqual({ done: ITEMS });
}, 240_000);

it('leaves no container behind when it stops', async () => {
  const codes = await cluster.stop();
  expect(codes).toEqual({ api: 0, controller: 0, 'worker-1': 0, 'worker-3': 0 });
  expect(await containers()).toEqual([]);
}, 60_000);
