import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Cluster } from '../harness/cluster.js';
import { withCluster } from '../harness/with-cluster.js';

const CLI = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url));

const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
let cluster: Cluster;
withCluster({ workers: 1 }, (started) => {
  cluster = started;
});

const echo = (value: unknown) => ({ do: 'echo', value: value as never });

/** A workflow that hands back what it is given. */
const downstream = async (name: string) =>
  (await cluster.client.createWorkflow({ name, steps: [{ name: 'take', image }] })).id;

/** An order is taken in; what follows from it depends on what it says. */
async function orders() {
  const [bill, ship, alarm] = [await downstream('bill'), await downstream('ship'), await downstream('alarm')];
  const workflow = await cluster.client.createWorkflow({
    name: 'orders',
    steps: [
      { name: 'order', image },
      { type: 'workflow', name: 'bill', workflow: bill, input: { step: 'order', pointer: '/total' } },
      { type: 'workflow', name: 'ship', workflow: ship, items: { step: 'order', pointer: '/parcels' } },
      {
        type: 'workflow',
        name: 'alarm',
        workflow: alarm,
        depends_on: ['order'],
        when: 'results.order.total > 1000',
      },
    ],
  });
  const order = async (total: number) => {
    const started = await cluster.client.startWorkflow(workflow.id, echo({ total, parcels: ['a', 'b'] }));
    const run = await cluster.client.waitForRun(started.id, { timeoutMs: 90_000 });
    const { items } = await cluster.client.listChildren(run.id);
    return { run, children: items.map((child) => [child.parent!.step, child.workflow_id, child.status]) };
  };
  return { workflow, order, bill, ship, alarm };
}

it('R5.4a R5.4b R5.4d starts several downstream workflows, each with its part of the data', async () => {
  const { order, bill, ship } = await orders();
  const { run, children } = await order(70);
  expect(run).toMatchObject({ status: 'completed', result: { bill: 70, ship: ['a', 'b'], alarm: null } });
  expect(children).toEqual([
    ['bill', bill, 'completed'],
    ['ship', ship, 'completed'],
    ['ship', ship, 'completed'],
  ]);
}, 120_000);

it('R5.4c starts a downstream workflow only where its condition holds', async () => {
  const { order, alarm } = await orders();
  const { run, children } = await order(7_000);
  expect(run).toMatchObject({ status: 'completed', result: { alarm: { total: 7_000 } } });
  expect(children).toContainEqual(['alarm', alarm, 'completed']);
}, 120_000);

it('R5.4e draws the graph of a workflow, and of a run of it', async () => {
  const { workflow, order, bill } = await orders();
  const connection = ['--url', cluster.url, '--key', cluster.key];
  const { stdout } = await promisify(execFile)(process.execPath, [
    CLI,
    'workflow',
    'graph',
    workflow.id,
    ...connection,
  ]);
  expect(stdout).toMatch(/^flowchart TD\n/);
  expect(stdout).toContain(`s1{{"bill<br/>workflow: ${bill}"}}`);
  expect(stdout).toContain('s0 --> s1');
  const { run } = await order(70);
  const graph = await cluster.client.getRunGraph(run.id);
  expect(graph.nodes.map(({ step, status }) => [step, status])).toEqual([
    ['order', 'completed'],
    ['bill', 'completed'],
    ['ship', 'completed'],
    ['alarm', 'skipped'],
  ]);
  expect(graph.edges).toContainEqual({ from: 'order', to: 'alarm', kind: 'order' });
  expect(graph.mermaid).toContain('skipped"}}:::skipped');
}, 120_000);
