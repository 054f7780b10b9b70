import type { StepInput } from '@agentainer/core';
import type { Cluster } from '../harness/cluster.js';
import { withCluster } from '../harness/with-cluster.js';

const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
let cluster: Cluster;
withCluster({ workers: 1, environment: { AGENTAINER_RESULT_LIMIT: '10000' } }, (started) => {
  cluster = started;
});

/** Runs one job to its end. */
async function runJob(input: unknown, more: Partial<StepInput> & { image?: string } = {}) {
  const { client } = cluster;
  const { timeout, retry, pool_config, execution_mode } = more;
  const job = await client.createJob({
    image: more.image ?? image,
    input: input as never,
    timeout,
    retry: retry ?? { max_attempts: 1 },
    pool_config: pool_config ?? { max_size: 1 },
    execution_mode,
  });
  await client.waitForRun(job.run_id, { timeoutMs: 60_000 });
  return client.getJob(job.id);
}

it('R1.1e runs a single job without a workflow', async () => {
  const job = await runJob({ do: 'echo', value: { n: [1, 'two', null] } });
  expect(job).toMatchObject({
    status: 'completed',
    workflow_id: null,
    attempts: 1,
    result: { n: [1, 'two', null] },
  });
}, 60_000);

it.each([
  ['an image that does not exist', 1, { image: 'no-such-image:1' }, 'IMAGE_NOT_FOUND'],
  ['an agent that answers garbage', { do: 'garbage', text: 'not json\n' }, {}, 'AGENT_PROTOCOL'],
  ['an agent that answers nothing', { do: 'garbage', text: '' }, {}, 'AGENT_PROTOCOL'],
  ['a result over the limit', { do: 'large', bytes: 20_000 }, {}, 'RESULT_TOO_LARGE'],
  ['a result that nests too deep', { do: 'deep', levels: 1_000 }, {}, 'AGENT_PROTOCOL'],
  ['a failure with a code', { do: 'fail', code: 'NO_SUCH_PAGE', message: '404' }, {}, 'NO_SUCH_PAGE'],
  ['an exception', { do: 'throw', message: 'boom' }, {}, 'AGENT_FAILED'],
] as const)(
  'R9.4b fails the job with a code: %s',
  async (_, input, more, code) => {
    const job = await runJob(input, more);
    expect(job).toMatchObject({ status: 'failed', error: { code } });
    expect(job.agent_id === null).toBe(code === 'IMAGE_NOT_FOUND');
    const run = await cluster.client.getRun(job.run_id);
    expect(run).toMatchObject({ status: 'failed', error: { code } });
  },
  60_000,
);

it('R9.2c ends a task that hangs, and replaces its agent', async () => {
  const hung = await runJob({ do: 'hang' }, { timeout: '500ms' });
  expect(hung).toMatchObject({ status: 'timed_out', error: { code: 'TASK_TIMEOUT' } });
  const next = await runJob({ do: 'describe' });
  expect(next).toMatchObject({ status: 'completed', result: { tasks: 1 } });
  expect(next.agent_id).not.toBe(hung.agent_id);
}, 60_000);

it('R6.1d replaces an agent that dies in its task, and tries the task again', async () => {
  const job = await runJob({ do: 'crash', attempts: 1 });
  expect(job).toMatchObject({ status: 'completed', attempts: 2, lost_attempts: 1 });
}, 60_000);

it('R9.2d sets a task aside that has killed two agents', async () => {
  const job = await runJob({ do: 'crash' });
  expect(job).toMatchObject({ status: 'failed', error: { code: 'POISON' } });
  expect(job).toMatchObject({ attempts: 2, lost_attempts: 2 });
}, 60_000);

it('R9.1b retries with backoff until an attempt succeeds', async () => {
  const retry = { max_attempts: 3, delay: '10ms' };
  const job = await runJob({ do: 'fail', code: 'FLAKY', attempts: 2 }, { retry });
  expect(job).toMatchObject({ status: 'completed', attempts: 3, lost_attempts: 0 });
}, 60_000);

it('R2.2c R2.2e R2.3d keeps successes and failures of a map, readable each', async () => {
  const { client } = cluster;
  const fail = { do: 'fail', code: 'BAD', retryable: false };
  const workflow = await client.createWorkflow({
    name: 'partial',
    steps: [
      { type: 'map', name: 'map', image, items: [1, fail, 3], continue_on_partial: true },
      { type: 'reduce', name: 'reduce', image, over: 'map' },
    ],
  });
  const run = await client.startWorkflow(workflow.id);
  const ended = await client.waitForRun(run.id, { timeoutMs: 60_000 });
  expect(ended.result).toMatchObject([
    { index: 0, status: 'completed', result: 1 },
    { index: 1, status: 'failed', error: { code: 'BAD' } },
    { index: 2, status: 'completed', result: 3 },
  ]);
  const failed = await client.listWorkflowJobs(workflow.id, { status: 'failed' });
  expect(failed.items.map((job) => job.id)).toEqual([`${run.id}.map.1`]);
}, 60_000);

it('ends a run whose time is over, with its tasks', async () => {
  const { client } = cluster;
  const workflow = await client.createWorkflow({
    name: 'late',
    config: { timeout: '1s' },
    steps: [{ name: 'sleep', image, input: { value: { do: 'sleep', ms: 60_000 } } }],
  });
  const run = await client.startWorkflow(workflow.id);
  const ended = await client.waitForRun(run.id, { timeoutMs: 30_000 });
  expect(ended).toMatchObject({ status: 'timed_out', error: { code: 'RUN_TIMEOUT' } });
  const { items } = await client.listWorkflowJobs(workflow.id);
  expect(items.map((job) => job.status)).toEqual(['timed_out']);
}, 60_000);

it('R9.2d retires an agent on which three different tasks failed in a row', async () => {
  const pool_config = { max_size: 1, reuse: 'any' as const };
  const agentOf = async (input: unknown) => (await runJob(input, { pool_config })).agent_id;
  const bad = { do: 'fail', code: 'BAD' };
  const first = await agentOf({ do: 'describe' });
  expect(await agentOf(bad)).toBe(first);
  expect(await agentOf(bad)).toBe(first);
  expect(await agentOf(1)).toBe(first);
  for (let i = 0; i < 3; i++) expect(await agentOf(bad)).toBe(first);
  expect(await agentOf(1)).not.toBe(first);
}, 60_000);
