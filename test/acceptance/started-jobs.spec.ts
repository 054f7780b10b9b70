import type { Cluster } from '../harness/cluster.js';
import { until } from '../harness/until.js';
import { withCluster } from '../harness/with-cluster.js';

const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
let cluster: Cluster;
withCluster({ workers: 1 }, (started) => {
  cluster = started;
});

const DEADLINE = { timeoutMs: 90_000 };

it('R1.4a R1.4b R1.4c R1.4d R1.4e starts jobs from inside a step, which know where they come from', async () => {
  const { client } = cluster;
  const { id } = await client.createWorkflow({
    name: 'starter',
    steps: [{ name: 'crawl', image, retry: { delay: '10ms' }, may_start: { images: [image] } }],
  });
  const input = { do: 'start', image, step_id: 'thumb', input: { do: 'describe' }, failAfter: true };
  const started = await client.startWorkflow(id, input);
  const run = await client.waitForRun(started.id, DEADLINE);
  expect(run.status).toBe('completed');
  const parent = await client.getJob(`${run.id}.crawl.0`);
  // Its first attempt failed after the start: the second one got the same job.
  expect(parent).toMatchObject({ attempts: 2, parent_id: null });
  const { items } = await client.listJobChildren(parent.id);
  expect(items).toMatchObject([
    { id: (run.result as { runId: string }).runId, workflow_id: id, parent: { job_id: parent.id } },
  ]);
  const jobId = (run.result as { jobId: string }).jobId;
  expect(jobId).toBe(`${items[0]!.id}.crawl--thumb.0`);
  const job = await until('the job has ended', async () => {
    const found = await client.getJob(jobId);
    return found.status === 'completed' ? found : undefined;
  });
  expect(job).toMatchObject({ workflow_id: id, step_id: 'crawl--thumb', parent_id: parent.id });
  expect(job.result).toMatchObject({ task: { workflow_id: id, parent_id: parent.id, step: 'crawl--thumb' } });
  expect((await client.listTaggedJobs(id)).items.map((tagged) => tagged.id)).toEqual([jobId]);
}, 120_000);

it('R1.4c starts workflows that its step names, and nothing else', async () => {
  const { client } = cluster;
  const { id: other } = await client.createWorkflow({ name: 'other', steps: [{ name: 'do', image }] });
  const starter = async (may_start: object) => {
    const steps = [{ name: 'go', image, retry: { max_attempts: 1 }, may_start: may_start as never }];
    const { id } = await client.createWorkflow({ name: 'starter', steps });
    const { id: runId } = await client.startWorkflow(id, { do: 'start workflow', workflow: other, input: 7 });
    return client.waitForRun(runId, DEADLINE);
  };
  const allowed = await starter({ workflows: [other] });
  const { runId } = allowed.result as { runId: string };
  expect(await client.waitForRun(runId, DEADLINE)).toMatchObject({ workflow_id: other, result: 7 });
  expect(await starter({ images: [image] })).toMatchObject({
    status: 'failed',
    error: { message: expect.stringContaining('may not start workflow') as string },
  });
}, 120_000);
