import type { Cluster } from '../harness/cluster.js';
import { withCluster } from '../harness/with-cluster.js';

const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
let cluster: Cluster;
withCluster({ workers: 1 }, (started) => {
  cluster = started;
});

it('R9.1d goes on with a graph that a step of it made, and refuses one with faults', async () => {
  const { client } = cluster;
  const echo = (value: unknown) => ({ do: 'echo', value: value as never });
  const { id } = await client.createWorkflow({
    name: 'grower',
    steps: [
      { name: 'plan', image },
      { type: 'workflow', name: 'grown', definition: { step: 'plan', pointer: '/steps' } },
    ],
  });
  const steps = [
    { type: 'map', name: 'parts', image, items: [echo('a'), echo('b')] },
    { name: 'whole', image, input: { step: 'parts' } },
  ];
  const started = await client.startWorkflow(id, echo({ steps }));
  const run = await client.waitForRun(started.id, { timeoutMs: 90_000 });
  expect(run).toMatchObject({ status: 'completed', result: ['a', 'b'] });
  const [child] = (await client.listChildren(run.id)).items;
  expect(await client.getRun(child!.id)).toMatchObject({
    workflow_id: null,
    parent: { job_id: `${run.id}.grown.0` },
    steps: [
      { name: 'parts', completed: 2 },
      { name: 'whole', completed: 1 },
    ],
  });
  const faulty = await client.startWorkflow(id, echo({ steps: [{ name: 'A', image }, { name: 'b' }] }));
  const { error } = await client.waitForRun(faulty.id, { timeoutMs: 90_000 });
  expect(error).toMatchObject({ code: 'DEFINITION_INVALID' });
  expect(error!.message).toMatch(/steps\[0\]\.name.*steps\[1\]\.image/);
}, 120_000);
