import type { Cluster } from '../harness/cluster.js';
import { containersOf, docker } from '../harness/docker.js';
import { until } from '../harness/until.js';
import { withCluster } from '../harness/with-cluster.js';

const base = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
let cluster: Cluster;
let image: string;
withCluster({ workers: 1 }, (started) => {
  cluster = started;
  image = `digest-${cluster.host}:latest`;
});
afterAll(() => docker('rmi', '-f', image));

/** Makes another image under the same name; its id. */
async function build(version: string): Promise<string> {
  const container = await docker('create', base);
  await docker('commit', '--change', `LABEL version=${version}`, container, image);
  await docker('rm', container);
  return docker('inspect', '--format', '{{.Id}}', image);
}

/** What ran a job, as the engine has it. */
async function imageOf(agentId: string): Promise<string> {
  const [container] = await containersOf(cluster.host, agentId);
  return docker('inspect', '--format', '{{.Image}}', container!);
}

async function imagesOfRun(runId: string): Promise<string[]> {
  const { items } = await cluster.client.listRunJobs(runId);
  return Promise.all(items.map((job) => imageOf(job.agent_id!)));
}

it('R9.1a a run goes by what its images were when it started, a new one by what they are now', async () => {
  const { client } = cluster;
  const first = await build('1');
  const pool_config = { max_size: 1, min_size: 1 };
  const workflow = await client.createWorkflow({
    name: 'pinned',
    steps: [
      { name: 'before', image, pool_config },
      { type: 'wait', name: 'gate', signal: { name: 'go' }, depends_on: ['before'] },
      { name: 'after', image, pool_config, depends_on: ['gate'] },
    ],
  });
  const started = await client.startWorkflow(workflow.id);
  await until('the run waits', async () => {
    const { steps } = await client.getRun(started.id);
    return steps.some((step) => step.name === 'gate' && step.status === 'waiting');
  });
  const second = await build('2');
  // Agents of the new image are made ready, as many as of the old one.
  await until('the new image has an agent', async () =>
    (await client.listPools()).some((pool) => pool.image_digest === second && pool.agents.idle === 1),
  );
  await until('the old image has none', async () =>
    (await client.listPools()).every((pool) => pool.image_digest !== first || pool.agents.idle === 0),
  );
  await client.signalRun(started.id, 'go');
  const run = await client.waitForRun(started.id, { timeoutMs: 60_000 });
  expect(run.steps.map((step) => step.image_digest)).toEqual([first, null, first]);
  const agents = await client.listRunJobs(started.id);
  expect(await imageOf(agents.items.at(-1)!.agent_id!)).toBe(first);

  const again = await client.rerunRun(started.id, {});
  await client.signalRun(again.id, 'go');
  expect((await client.waitForRun(again.id, { timeoutMs: 60_000 })).steps[0]!.image_digest).toBe(second);
  expect(new Set(await imagesOfRun(again.id))).toEqual(new Set([second]));
}, 90_000);
