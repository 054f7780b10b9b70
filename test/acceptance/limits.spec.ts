import type { DefinitionInput, Json } from '@agentainer/core';
import { QueueFullApiError } from '@agentainer/sdk';
import type { Cluster } from '../harness/cluster.js';
import { mostAtOnce, type Span } from '../harness/spans.js';
import { until } from '../harness/until.js';
import { withCluster } from '../harness/with-cluster.js';

const GLOBAL = 4;

let cluster: Cluster;
withCluster({ workers: 2, environment: { AGENTAINER_MAX_PARALLEL: String(GLOBAL) } }, (started) => {
  cluster = started;
});

async function workflow(config: DefinitionInput['config'], tasks: number, ms = 30): Promise<string> {
  const items = Array.from({ length: tasks }, () => ({ do: 'time', ms }));
  const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
  const map = {
    type: 'map' as const,
    name: 'map',
    image,
    items,
    pool_config: { max_size: 8, reuse: 'any' as const },
  };
  return (await cluster.client.createWorkflow({ name: 'limited', config, steps: [map] })).id;
}

/** When the tasks of these runs were at work, by what their agents say. */
async function spansOf(runs: string[]): Promise<Span[]> {
  const pages = runs.map((run) => cluster.client.listStepResults(run, 'map', { limit: 100 }));
  return (await Promise.all(pages)).flatMap(({ items }) =>
    items.map(({ result }) => result as never as Span),
  );
}

const start = async (id: string, input: Json = {}) => (await cluster.client.startWorkflow(id, input)).id;

async function completed(runs: string[]): Promise<void> {
  for (const run of runs) {
    const { status } = await cluster.client.waitForRun(run, { timeoutMs: 60_000 });
    expect(status).toBe('completed');
  }
}

it('R2.4a no more tasks of the whole instance run at once than AGENTAINER_MAX_PARALLEL allows', async () => {
  // Long enough for as many agents to have started.
  const runs = [await start(await workflow({}, 20, 200)), await start(await workflow({}, 20, 200))];
  await completed(runs);
  expect(mostAtOnce(await spansOf(runs))).toBe(GLOBAL);
}, 90_000);

it('R2.4b no more tasks of a workflow, or of one customer, run at once than its limits allow, in all its runs', async () => {
  const limits = [{ max_parallel: 3 }, { key: 'input.customer', max_parallel: 1 }];
  const id = await workflow({ limits }, 8);
  const ofA = [await start(id, { customer: 'a' }), await start(id, { customer: 'a' })];
  const ofB = [await start(id, { customer: 'b' })];
  await completed([...ofA, ...ofB]);
  expect(mostAtOnce(await spansOf(ofA))).toBe(1);
  expect(mostAtOnce(await spansOf([...ofA, ...ofB]))).toBeLessThanOrEqual(3);
}, 90_000);

it('R2.4c what exceeds a limit waits and says so, and beyond the bound of the queue a start is refused', async () => {
  const id = await workflow({ limits: [{ max_parallel: 1 }], max_active_runs: 2 }, 1, 60_000);
  const [first, second] = [await start(id), await start(id)];
  const reasons = async (run: string) =>
    (await cluster.client.explainRun(run)).steps.flatMap((step) => step.reasons);
  await until('one of them waits for the limit', async () => {
    const found = [...(await reasons(first)), ...(await reasons(second))];
    return found.some((why) => why.reason === 'limit' && why.limit === 'workflow' && why.lanes_waiting === 1);
  });
  await expect(start(id)).rejects.toThrow(QueueFullApiError);
  const metrics = await (
    await fetch(`${cluster.url}/metrics`, { headers: { authorization: `Bearer ${cluster.key}` } })
  ).text();
  expect(metrics).toMatch(/agentainer_limit_waiting\{[^}]*kind="workflow"[^}]*\} 1\n/);
  await cluster.client.cancelRun(first);
  await cluster.client.cancelRun(second);
  await cluster.client.cancelRun(await start(id));
}, 90_000);
