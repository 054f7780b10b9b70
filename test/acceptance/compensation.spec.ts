import type { DefinitionInput, Json } from '@agentainer/core';
import type { Cluster } from '../harness/cluster.js';
import { until } from '../harness/until.js';
import { withCluster } from '../harness/with-cluster.js';

const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
let cluster: Cluster;
withCluster({ workers: 1 }, (started) => {
  cluster = started;
});

const once = { max_attempts: 1 };

/** A trip whose last step does what it is told; undoing the hotel takes two tries. */
function trip(pay: Json): DefinitionInput {
  const step = (name: string, value: Json, more: object = {}) => ({ name, image, input: { value }, ...more });
  const undo = { do: 'fail', code: 'BUSY', attempts: 1, value: 'hotel undone' };
  return {
    name: 'trip',
    steps: [
      step('flight', { do: 'echo', value: 'flight 7' }),
      step('hotel', { do: 'echo', value: 'room 3' }, { depends_on: ['flight'] }),
      step('pay', pay, { depends_on: ['hotel'], retry: once }),
      { name: 'undo-flight', image, compensates: 'flight' },
      step('undo-hotel', undo, { compensates: 'hotel', retry: { max_attempts: 3, delay: '1ms' } }),
    ],
  };
}
const statuses = async (runId: string) =>
  (await cluster.client.getRun(runId)).steps.map(({ name, status }) => `${name} ${status}`);

it('R9.1c compensates in reverse order when a later step fails', async () => {
  const { client } = cluster;
  const workflow = await client.createWorkflow(trip({ do: 'fail', code: 'NO_MONEY' }));
  const { id } = await client.startWorkflow(workflow.id);
  const run = await client.waitForRun(id, { timeoutMs: 60_000 });
  expect(run).toMatchObject({ status: 'compensated', error: { code: 'NO_MONEY' } });
  expect(await statuses(id)).toEqual([
    'flight completed',
    'hotel completed',
    'pay failed',
    'undo-flight completed',
    'undo-hotel completed',
  ]);
  const { items } = await client.listRunJobs(id);
  const undone = (step: string) => items.find((job) => job.step_id === step)!;
  expect(Date.parse(undone('undo-hotel').finished_at!)).toBeLessThanOrEqual(
    Date.parse(undone('undo-flight').started_at!),
  );
  expect(undone('undo-hotel').attempts).toBe(2);
  const { items: results } = await client.listStepResults(id, 'undo-flight');
  expect(results).toMatchObject([{ result: 'flight 7' }]);
}, 90_000);

it('R9.1c compensates a run that is cancelled', async () => {
  const { client } = cluster;
  const workflow = await client.createWorkflow(trip({ do: 'sleep', ms: 120_000 }));
  const { id } = await client.startWorkflow(workflow.id);
  await until(
    'the last step runs',
    async () => (await client.getRun(id)).steps[2]!.running === 1 || undefined,
  );
  expect((await client.cancelRun(id)).status).toBe('compensating');
  const run = await client.waitForRun(id, { timeoutMs: 60_000 });
  expect(run).toMatchObject({ status: 'compensated', error: { code: 'RUN_CANCELLED' } });
  expect((await statuses(id)).slice(2)).toEqual([
    'pay cancelled',
    'undo-flight completed',
    'undo-hotel completed',
  ]);
}, 90_000);

it('R9.1c says so where a compensation failed for good', async () => {
  const { client } = cluster;
  const definition = trip({ do: 'fail', code: 'NO_MONEY' });
  const hopeless = { value: { do: 'fail', code: 'GONE' } };
  definition.steps = definition.steps.map((step) =>
    step.name === 'undo-hotel' ? { ...step, input: hopeless, retry: once } : step,
  ) as DefinitionInput['steps'];
  const workflow = await client.createWorkflow(definition);
  const { id } = await client.startWorkflow(workflow.id);
  const run = await client.waitForRun(id, { timeoutMs: 60_000 });
  expect(run).toMatchObject({ status: 'compensation_failed', error: { code: 'NO_MONEY' } });
  expect((await statuses(id)).slice(3)).toEqual(['undo-flight completed', 'undo-hotel failed']);
}, 90_000);
