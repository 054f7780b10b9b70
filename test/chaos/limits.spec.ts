import type { FakeAgentSpan } from '@agentainer/testing';
import type { Cluster } from '../harness/cluster.js';
import { mostAtOnce } from '../harness/spans.js';
import { until } from '../harness/until.js';
import { withCluster } from '../harness/with-cluster.js';

const LIMIT = 2;
/** So many for each of two runs that those left when the workers die take seconds. */
const TASKS = 40;

let cluster: Cluster;
withCluster({ workers: 2 }, (started) => {
  cluster = started;
});

it('R2.4b a limit holds while workers die, and what they held is used again', async () => {
  const { client } = cluster;
  const items = Array.from({ length: TASKS }, () => ({ do: 'time', ms: 200 }));
  const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
  const map = { type: 'map' as const, name: 'map', image, items, pool_config: { max_size: 6 } };
  const config = { limits: [{ max_parallel: LIMIT }] };
  const { id } = await client.createWorkflow({ name: 'limited', config, steps: [map] });
  const runs = [await client.startWorkflow(id), await client.startWorkflow(id)];
  const completed = async () => {
    const found = await Promise.all(runs.map((run) => client.getRun(run.id)));
    return found.reduce((sum, run) => sum + run.steps[0]!.completed, 0);
  };
  const reached = (count: number) =>
    until(`${count} tasks are done`, async () => (await completed()) >= count, 60_000);
  await reached(6);
  await cluster.kill('worker-1');
  await cluster.kill('worker-2');
  // Nobody is left who held a slot.
  for (const name of ['worker-3', 'worker-4']) cluster.spawn('worker', name);
  const killedAt = Date.now();
  expect(await completed()).toBeLessThan(TASKS);
  for (const run of runs) {
    const { status } = await client.waitForRun(run.id, { timeoutMs: 90_000 });
    expect(status).toBe('completed');
  }

  // A task that was lost with its worker has the times of all its attempts: what it answers is of the one that counts.
  const results = await Promise.all(runs.map((run) => client.listStepResults(run.id, 'map', { limit: 100 })));
  const spans = results.flatMap(({ items }) => items.map(({ result }) => result as never as FakeAgentSpan));
  expect(spans).toHaveLength(2 * TASKS);
  expect(mostAtOnce(spans)).toBe(LIMIT);
  expect(mostAtOnce(spans.filter(({ from }) => from > killedAt))).toBe(LIMIT);
}, 180_000);
