import type { Cluster } from '../harness/cluster.js';
import { until } from '../harness/until.js';
import { withCluster } from '../harness/with-cluster.js';

let cluster: Cluster;
withCluster({ workers: 2 }, (started) => {
  cluster = started;
});

/** When the tasks of a run began and ended. */
async function times(runId: string) {
  const { items } = await cluster.client.listRunJobs(runId, { limit: 100 });
  const begun = items.map((job) => Date.parse(job.started_at!));
  const ended = items.map((job) => Date.parse(job.finished_at!));
  return { begun, first: Math.min(...begun), last: Math.max(...ended) };
}

it('R9.2e an urgent run goes before others of its pool that came earlier, and they go on after it', async () => {
  const { client } = cluster;
  const workflow = async (ms: number) => {
    const items = Array.from({ length: 100 }, () => ({ do: 'sleep', ms }));
    const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
    const map = { type: 'map' as const, name: 'map', image, items, pool_config: { max_size: 1 } };
    return (await client.createWorkflow({ name: 'w', steps: [map] })).id;
  };
  const [long, short] = [await workflow(40), await workflow(15)];
  const plain = await client.startWorkflow(long);
  await until(
    'the first run is at work',
    async () => (await client.getRun(plain.id)).steps[0]!.completed > 5,
  );
  const low = await client.startWorkflow(short, null, { priority: 9 });
  const urgent = await client.startWorkflow(short, null, { priority: 1 });
  expect(urgent.priority).toBe(1);

  const runs = [urgent.id, plain.id, low.id];
  for (const run of runs)
    expect((await client.waitForRun(run, { timeoutMs: 60_000 })).status).toBe('completed');
  const [ofUrgent, ofPlain, ofLow] = await Promise.all(runs.map(times));
  const between = ofPlain!.begun.filter((at) => at > ofUrgent!.first && at < ofUrgent!.last);
  expect(between).toEqual([]);
  expect(ofPlain!.begun.some((at) => at >= ofUrgent!.last)).toBe(true);
  expect(ofLow!.last).toBeGreaterThan(ofPlain!.last);
}, 90_000);
