import type { Json, StepInput } from '@agentainer/core';
import type { Cluster } from '../harness/cluster.js';
import { withCluster } from '../harness/with-cluster.js';

const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
let cluster: Cluster;
withCluster({ workers: 1 }, (started) => {
  cluster = started;
});

const once = { max_attempts: 1 };
const bad: Json = { do: 'fail', code: 'BAD' };

async function runSteps(...steps: StepInput[]) {
  const workflow = await cluster.client.createWorkflow({ name: 'policies', steps });
  const { id } = await cluster.client.startWorkflow(workflow.id);
  return cluster.client.waitForRun(id, { timeoutMs: 60_000 });
}
const map = (items: Json[], policies: object = {}): StepInput => {
  return { type: 'map', name: 'map', image, items, retry: once, pool_config: { max_size: 1 }, ...policies };
};

/** Ends once the agent is there that a map of the same run goes on with. */
const warm: StepInput = { name: 'warm', image, pool_config: { max_size: 1 } };
const onceWarm = { depends_on: ['warm'] };

it('R2.2d continues when 80 % of the tasks succeed', async () => {
  const policies = { failure_tolerance: '20%' };
  const reduce: StepInput = { type: 'reduce', name: 'reduce', image, over: 'map' };
  const good = await runSteps(map([1, 2, bad, 4, 5], policies), reduce);
  expect(good).toMatchObject({ status: 'completed', steps: [{ completed: 4, failed: 1 }, {}] });
  const worse = await runSteps(map([1, 2, bad, bad, 5], policies), reduce);
  expect(worse).toMatchObject({ status: 'failed', error: { code: 'BAD' } });
  expect(worse.steps.map((step) => step.status)).toEqual(['failed', 'skipped']);
}, 60_000);

it('R2.2d fails fast: running siblings are stopped, others do not start', async () => {
  const sleep: Json = { do: 'sleep', ms: 60_000 };
  const items = [sleep, bad, ...Array<Json>(20).fill(sleep)];
  const run = await runSteps(map(items, { on_failure: 'fail_fast', pool_config: { max_size: 2 } }));
  expect(run).toMatchObject({ status: 'failed', error: { code: 'BAD' }, steps: [{ failed: 1, running: 0 }] });
  const next = await cluster.client.createJob({ image, input: 7, pool_config: { max_size: 2 } });
  await cluster.client.waitForRun(next.run_id, { timeoutMs: 20_000 });
}, 60_000);

it('R9.1b retries only the codes that the policy names, and keeps to the time that the agent asks for', async () => {
  const { client } = cluster;
  const retry = { max_attempts: 3, delay: '1ms', retry_on: ['HTTP_503', 'QUOTA'] };
  const attempt = async (input: Json) => {
    const job = await client.createJob({ image, input, retry });
    await client.waitForRun(job.run_id, { timeoutMs: 60_000 });
    return client.getJob(job.id);
  };
  const quota = await attempt({ do: 'fail', code: 'QUOTA', retryAfterMs: 1_500, attempts: 1 });
  expect(quota).toMatchObject({ status: 'completed', attempts: 2 });
  expect(quota.duration_ms).toBeGreaterThanOrEqual(1_500);
  expect(await attempt(bad)).toMatchObject({ status: 'failed', attempts: 1, error: { code: 'BAD' } });
}, 60_000);

it('R2.2b ends a group of tasks whose time is over, and keeps what is done', async () => {
  const sleep: Json = { do: 'sleep', ms: 60_000 };
  const run = await runSteps(warm, map([1, 2, sleep, sleep], { step_timeout: '3s', ...onceWarm }));
  expect(run).toMatchObject({
    status: 'failed',
    error: { code: 'STEP_TIMEOUT' },
    steps: [{}, { status: 'timed_out', completed: 2, timed_out: 2, running: 0, pending: 0 }],
  });
  const { items } = await cluster.client.listRunJobs(run.id);
  expect(items.slice(1).map((job) => job.error?.code)).toEqual([
    undefined,
    undefined,
    'STEP_TIMEOUT',
    'STEP_TIMEOUT',
  ]);
}, 60_000);

it('R9.4b times out a task that waits too long for an agent', async () => {
  const policies = { queue_timeout: '1s', failure_tolerance: 1, ...onceWarm };
  const run = await runSteps(warm, map([{ do: 'sleep', ms: 6_000 }, 2], policies));
  expect(run).toMatchObject({ status: 'completed', steps: [{}, { completed: 1, timed_out: 1 }] });
  const { items } = await cluster.client.listRunJobs(run.id);
  expect(items[2]).toMatchObject({ status: 'timed_out', attempts: 0, error: { code: 'QUEUE_TIMEOUT' } });
}, 60_000);

it('R9.2c ends an agent that gives no sign of life, and tries its task on another', async () => {
  const { client } = cluster;
  const watched = { heartbeat_timeout: '1s', retry: { max_attempts: 2, delay: '1ms' } };
  const attempt = async (input: Json) => {
    const run = await runSteps({ name: 'watched', image, input: { value: input }, ...watched });
    const { items } = await client.listRunJobs(run.id);
    return items[0]!;
  };
  expect(await attempt({ do: 'block', ms: 3_000, attempts: 1 })).toMatchObject({
    status: 'completed',
    attempts: 2,
  });
  expect(await attempt({ do: 'block', ms: 3_000, heartbeat: true })).toMatchObject({
    status: 'completed',
    attempts: 1,
  });
  expect(await attempt({ do: 'sleep', ms: 3_000 })).toMatchObject({ status: 'completed', attempts: 1 });
  const hung = await attempt({ do: 'block', ms: 60_000 });
  expect(hung).toMatchObject({ status: 'timed_out', attempts: 2, error: { code: 'HEARTBEAT_TIMEOUT' } });
}, 60_000);

it('R9.2d keeps what failed for good, with its attempts', async () => {
  const { client } = cluster;
  const workflow = await client.createWorkflow({
    name: 'dead-letters',
    steps: [map([1, { do: 'crash' }, { do: 'fail', code: 'BAD' }], { failure_tolerance: 2 })],
  });
  const run = await client.startWorkflow(workflow.id);
  expect(await client.waitForRun(run.id, { timeoutMs: 60_000 })).toMatchObject({ status: 'completed' });
  const { items } = await client.listDeadLetters({ workflow: workflow.id });
  expect(items.map((letter) => [letter.id, letter.error.code])).toEqual([
    [`${run.id}.map.1`, 'POISON'],
    [`${run.id}.map.2`, 'BAD'],
  ]);
  const { history } = await client.getDeadLetter(`${run.id}.map.1`);
  expect(history.map(({ attempt, end, error }) => [attempt, end, error.code])).toEqual([
    [2, 'lost', 'AGENT_LOST'],
    [1, 'lost', 'AGENT_LOST'],
  ]);
  expect(new Set(history.map((attempt) => attempt.agent_id)).size).toBe(2);
}, 60_000);

it('R9.2d runs dead letters again, those chosen and none twice', async () => {
  const { client } = cluster;
  const first = await runSteps(map([1, bad, { do: 'fail', code: 'OTHER' }]));
  const { runs, next_cursor } = await client.redriveDeadLetters({
    workflow: first.workflow_id!,
    code: 'BAD',
  });
  expect(runs).toMatchObject([{ rerun_of: first.id, jobs: 1 }]);
  expect(next_cursor).toBeNull();
  const second = await client.waitForRun(runs[0]!.run_id, { timeoutMs: 60_000 });
  expect(second).toMatchObject({ status: 'failed', steps: [{ completed: 1, failed: 2 }] });
  const { items: events } = await client.listRunEvents(second.id);
  const ended = events.filter(({ type }) => type === 'task.failed' || type === 'task.completed');
  expect(ended.map(({ data }) => data.index)).toEqual(['1']);
  const { items } = await client.listDeadLetters({ workflow: first.workflow_id! });
  expect(items.map((letter) => [letter.run_id, letter.error.code, letter.redriven_by])).toEqual([
    [second.id, 'BAD', null],
    [second.id, 'OTHER', null],
    [first.id, 'BAD', second.id],
    [first.id, 'OTHER', second.id],
  ]);
  expect(await client.redriveDeadLetters({ ids: [`${first.id}.map.2`] })).toMatchObject({
    runs: [],
    refused: [{ redriven_by: second.id }],
  });
}, 60_000);
