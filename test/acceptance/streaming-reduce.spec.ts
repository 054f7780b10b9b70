import type { Json } from '@agentainer/core';
import type { Cluster } from '../harness/cluster.js';
import { until } from '../harness/until.js';
import { withCluster } from '../harness/with-cluster.js';

const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
let cluster: Cluster;
withCluster({ workers: 1 }, (started) => {
  cluster = started;
});

interface Outcome {
  index: number;
  status: string;
}

async function start(items: Json[]): Promise<string> {
  const { id } = await cluster.client.createWorkflow({
    name: 'stream',
    steps: [
      { type: 'map', name: 'map', image, items, max_parallel: 2, pool_config: { max_size: 2 } },
      { type: 'reduce', name: 'reduce', image, over: 'map', stream: true, pool_config: { max_size: 1 } },
    ],
  });
  return (await cluster.client.startWorkflow(id)).id;
}
const sleep = (ms: number) => ({ do: 'sleep', ms });
const outcomesSeen = async (run: string): Promise<number> => {
  const { progress } = await cluster.client.getStep(run, 'reduce');
  return (progress[0]?.value as { outcomes: number } | undefined)?.outcomes ?? 0;
};

it('R6.6c reduces results as they come, says how far it is, and ends the map early', async () => {
  const { client } = cluster;
  const items: Json[] = [
    sleep(50),
    sleep(1_500),
    { do: 'echo', value: 'enough' },
    ...Array(200).fill(sleep(300)),
  ];
  const id = await start([sleep(1), ...items.slice(0, 2), sleep(2_000), ...items.slice(2)]);
  await until('the reducer reports', async () => (await outcomesSeen(id)) > 0);
  expect((await client.getStep(id, 'map')).status).toBe('running');
  const run = await client.waitForRun(id, { timeoutMs: 60_000 });
  expect(run.status).toBe('completed');
  const seen = run.result as unknown as Outcome[];
  expect(seen.at(-1)).toEqual({ index: 4, status: 'completed', result: 'enough' });
  const [map, reduce] = run.steps;
  expect(map).toMatchObject({ status: 'completed', total: 205, running: 0, pending: 0 });
  expect(map!.cancelled).toBeGreaterThan(190);
  expect(reduce).toMatchObject({ status: 'completed', completed: 1 });
  // The agents go on: those that were stopped, and the one that answered while more was to come.
  const again = await client.waitForRun(await start([sleep(1), sleep(1)]), { timeoutMs: 60_000 });
  expect((again.result as unknown as Outcome[]).map(({ index }) => index).sort()).toEqual([0, 1]);
  const { items: jobs } = await client.listRunJobs(again.id);
  expect(jobs.map((job) => job.attempts)).toEqual([1, 1, 1]);
}, 120_000);

it('R6.6c R3.2e begins anew on another worker when its own is killed', async () => {
  const { client } = cluster;
  const id = await start(Array(60).fill(sleep(150)));
  await until('the reducer has begun', async () => (await outcomesSeen(id)) > 5);
  await cluster.kill('worker-1');
  cluster.spawn('worker', 'worker-2');
  const run = await client.waitForRun(id, { timeoutMs: 90_000 });
  expect(run.status).toBe('completed');
  const seen = run.result as unknown as Outcome[];
  expect(seen.map(({ index }) => index).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 60 }, (_, i) => i),
  );
  const reducer = await client.getJob(`${id}.reduce.0`);
  expect(reducer.lost_attempts).toBeGreaterThan(0);
}, 150_000);
