import type { Cluster } from '../harness/cluster.js';
import { until } from '../harness/until.js';
import { withCluster } from '../harness/with-cluster.js';

const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
let cluster: Cluster;
withCluster({ workers: 1 }, (started) => {
  cluster = started;
});

const echo = (name: string, value: unknown, more: object = {}) => ({
  name,
  image,
  input: { value: { do: 'echo', value: value as never } },
  ...more,
});

it('R9.1d takes the branch whose condition holds, and merges', async () => {
  const { client } = cluster;
  const workflow = await client.createWorkflow({
    name: 'branches',
    steps: [
      echo('check', { score: 7 }),
      echo('accept', 'accepted', { depends_on: ['check'], when: 'results.check.score >= input.least' }),
      echo('reject', 'rejected', { depends_on: ['check'], when: 'results.check.score < input.least' }),
      echo('tell', 'told', { depends_on: ['accept', 'reject'], join: 'none_failed' }),
    ],
  });
  const statesWith = async (least: number) => {
    const started = await client.startWorkflow(workflow.id, { least });
    const run = await client.waitForRun(started.id, { timeoutMs: 60_000 });
    return [run.status, ...run.steps.map((s) => s.status)];
  };
  expect(await statesWith(5)).toEqual(['completed', 'completed', 'completed', 'skipped', 'completed']);
  expect(await statesWith(9)).toEqual(['completed', 'completed', 'skipped', 'completed', 'completed']);
  const unclear = await client.startWorkflow(workflow.id, {});
  expect(await client.waitForRun(unclear.id, { timeoutMs: 60_000 })).toMatchObject({
    status: 'failed',
    error: { code: 'CONDITION_FAILED' },
  });
}, 90_000);

it('R9.1d refuses a definition whose condition is none, with its place', async () => {
  const steps = [echo('a', 1, { when: 'input.n >' }), echo('b', 1, { when: 'require("fs") == 1' })];
  const refused = cluster.client.createWorkflow({ name: 'bad', steps });
  await expect(refused).rejects.toMatchObject({
    status: 400,
    faults: [{ path: 'steps[0].when' }, { path: 'steps[1].when' }],
  });
});

it('R9.2a waits for a signal, an approval through its link, and a time, and goes on', async () => {
  const { client } = cluster;
  const workflow = await client.createWorkflow({
    name: 'waiting',
    steps: [
      { type: 'wait', name: 'paid', signal: { name: 'payment', timeout: '1h' } },
      {
        type: 'wait',
        name: 'review',
        depends_on: ['paid'],
        approval: { approvers: 'finance', form: { note: { type: 'string', required: true } } },
      },
      { type: 'wait', name: 'nap', depends_on: ['review'], sleep: '300ms' },
      { name: 'ship', image, depends_on: ['nap'], input: { value: { do: 'echo', value: 'shipped' } } },
    ],
  });
  const { id } = await client.startWorkflow(workflow.id);
  await expect(client.signalRun(id, 'unknown')).rejects.toMatchObject({ status: 404 });
  expect((await client.getRun(id)).steps[0]).toMatchObject({ type: 'wait', status: 'waiting', total: 0 });
  await client.signalRun(id, 'payment', { amount: 5 });
  expect(await client.listApprovals(id)).toMatchObject([{ step: 'review', approvers: 'finance' }]);
  const { path } = await client.createApprovalLink(id, 'review');
  const decide = (data: object) =>
    fetch(cluster.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ decision: 'approve', data }),
    });
  expect((await decide({})).status).toBe(400);
  expect((await decide({ note: 'fine' })).status).toBe(200);
  expect((await decide({ note: 'again' })).status).toBe(404);
  const run = await client.waitForRun(id, { timeoutMs: 60_000 });
  expect(run).toMatchObject({ status: 'completed', result: 'shipped' });
  const nap = run.steps[2]!;
  expect(nap.duration_ms).toBeGreaterThanOrEqual(300);
  expect(nap.duration_ms).toBeLessThan(5_000);
}, 90_000);

it('R9.2a fails the step whose approval is rejected, and skips the one whose time is over', async () => {
  const { client } = cluster;
  const workflow = await client.createWorkflow({
    name: 'decisions',
    steps: [
      { type: 'wait', name: 'late', signal: { name: 's', timeout: '100ms', on_timeout: 'skip' } },
      { type: 'wait', name: 'review', depends_on: ['late'], join: 'none_failed', approval: {} },
    ],
  });
  const { id } = await client.startWorkflow(workflow.id);
  await until('the approval is waited for', async () => (await client.listApprovals(id)).length > 0);
  await client.decideApproval(id, 'review', { decision: 'reject' });
  const run = await client.waitForRun(id, { timeoutMs: 60_000 });
  expect(run).toMatchObject({ status: 'failed', error: { code: 'APPROVAL_REJECTED' } });
  expect(run.steps.map((s) => s.status)).toEqual(['skipped', 'failed']);
});

it('R9.2b ends a sleep after the process that looks at the clock was killed', async () => {
  const { client } = cluster;
  const workflow = await client.createWorkflow({
    name: 'sleep',
    steps: [{ type: 'wait', name: 'nap', sleep: '1s' }],
  });
  const { id } = await client.startWorkflow(workflow.id);
  await cluster.kill('controller');
  cluster.spawn('controller', 'controller');
  const run = await client.waitForRun(id, { timeoutMs: 60_000 });
  expect(run).toMatchObject({ status: 'completed', steps: [{ status: 'completed' }] });
}, 90_000);
