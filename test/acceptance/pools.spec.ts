import type { StepInput } from '@agentainer/core';
import type { Cluster } from '../harness/cluster.js';
import { agentsOf, containersOf, docker } from '../harness/docker.js';
import { until } from '../harness/until.js';
import { withCluster } from '../harness/with-cluster.js';

const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
let cluster: Cluster;
withCluster({ workers: 1 }, (started) => {
  cluster = started;
});

type PoolConfig = NonNullable<StepInput['pool_config']>;

/** Runs a map of so many tasks on a pool of its own; the jobs, in item order. */
async function runMap(pool_config: PoolConfig, items: number, more: Partial<StepInput> = {}) {
  const { client } = cluster;
  const step = { type: 'map' as const, name: 'map', image, pool_config, max_parallel: 10 };
  const tasks = Array.from({ length: items }, () => ({ do: 'describe' }));
  const { execution_mode } = more;
  const workflow = await client.createWorkflow({
    name: 'pool',
    steps: [{ ...step, items: tasks, execution_mode }],
  });
  const run = await client.startWorkflow(workflow.id);
  const { status } = await client.waitForRun(run.id, { timeoutMs: 60_000 });
  expect(status).toBe('completed');
  return (await client.listWorkflowJobs(workflow.id)).items;
}

/** The pool with this `max_agent_uses`, by which the tests tell their pools apart. */
async function poolBy(maxUses: number) {
  return (await cluster.client.listPools()).find((pool) => pool.config.max_agent_uses === maxUses)!;
}

it('R6.1a R6.1b R7.4a reuses warm agents and never has more than max_size', async () => {
  const pool_config = { max_size: 2, max_agent_uses: 1_001, reuse: 'any' as const };
  const jobs = await runMap(pool_config, 30);
  const again = await runMap(pool_config, 5);
  expect(new Set([...jobs, ...again].map((job) => job.agent_id)).size).toBeLessThanOrEqual(2);
  await until('the last lease has ended', async () => (await poolBy(1_001)).agents.leased === 0);
  expect(await poolBy(1_001)).toMatchObject({ agents: { creating: 0 }, served: 35, waiting: 0 });
}, 60_000);

it('R6.1b R6.5a keeps min_size agents warm, and warms a pool up when a run starts', async () => {
  await runMap({ min_size: 2, max_size: 3, max_agent_uses: 1_002 }, 1);
  await until('min_size agents are idle', async () => (await poolBy(1_002)).agents.idle >= 2);
  await runMap({ max_size: 3, warm_up: true, max_agent_uses: 1_003 }, 1);
  await until('all agents are idle', async () => (await poolBy(1_003)).agents.idle === 3);
}, 60_000);

it('R6.1e keeps pools apart by image and configuration', async () => {
  const [a, b] = [
    await runMap({ max_size: 1, max_agent_uses: 1_004 }, 1),
    await runMap({ max_size: 1, max_agent_uses: 1_005 }, 1),
  ];
  expect(a[0]!.agent_id).not.toBe(b[0]!.agent_id);
  expect((await poolBy(1_004)).id).not.toBe((await poolBy(1_005)).id);
}, 60_000);

it('R6.1e R7.4e leaves an agent to the workflow that it worked for, or to the run', async () => {
  const { client } = cluster;
  const agentsOf = async (workflowId: string) => {
    const run = await client.startWorkflow(workflowId);
    await client.waitForRun(run.id, { timeoutMs: 60_000 });
    return (await client.listRunJobs(run.id)).items.map((job) => job.agent_id);
  };
  const workflowOf = async (pool_config: PoolConfig) => {
    const step = { image, pool_config, input: { value: 1 } };
    const steps = [
      { ...step, name: 'first' },
      { ...step, name: 'second', depends_on: ['first'] },
    ];
    return (await client.createWorkflow({ name: 'realm', steps })).id;
  };
  const shared = { max_size: 1, max_agent_uses: 1_010 };
  const [one, other] = [await workflowOf(shared), await workflowOf(shared)];
  const [first, again, elsewhere] = [await agentsOf(one), await agentsOf(one), await agentsOf(other)];
  expect(new Set([...first, ...again]).size).toBe(1);
  expect(new Set(elsewhere).size).toBe(1);
  expect(elsewhere[0]).not.toBe(first[0]);

  const byRun = await workflowOf({ max_size: 1, max_agent_uses: 1_011, reuse: 'run' });
  const runs = [await agentsOf(byRun), await agentsOf(byRun)];
  expect(runs.map((agents) => new Set(agents).size)).toEqual([1, 1]);
  expect(runs[0]![0]).not.toBe(runs[1]![0]);

  const byStep = await workflowOf({ max_size: 1, max_agent_uses: 1_012, reuse: 'step' });
  expect(new Set(await agentsOf(byStep)).size).toBe(2);
}, 60_000);

it('R7.4b R6.5d ends no agent with each time slice where more workflows compete than there is room for', async () => {
  const { client } = cluster;
  // More than a time slice of work each, and less than ten times a start.
  const items = Array.from({ length: 40 }, () => ({ do: 'sleep', ms: 30 }));
  const pool_config = { max_size: 1, max_agent_uses: 1_018 };
  const map = { type: 'map' as const, name: 'map', image, pool_config, items };
  const competing = ['one', 'two', 'three'].map(async (name) =>
    client.startWorkflow((await client.createWorkflow({ name, steps: [map] })).id),
  );
  for (const run of await Promise.all(competing)) {
    expect(await client.waitForRun(run.id, { timeoutMs: 60_000 })).toMatchObject({ status: 'completed' });
    const jobs = (await client.listRunJobs(run.id, { limit: 100 })).items;
    expect(jobs).toHaveLength(40);
    expect(new Set(jobs.map((job) => job.agent_id)).size).toBe(1);
  }
}, 60_000);

it('R6.1a R6.1e shares warm agents among single jobs, and those of a workflow with jobs listed with it', async () => {
  const { client } = cluster;
  const pool_config = { max_size: 2, max_agent_uses: 1_016 };
  const agentOfJob = async (workflow_id?: string) => {
    const job = await client.createJob({ image, pool_config, workflow_id });
    await client.waitForRun(job.run_id, { timeoutMs: 60_000 });
    return (await client.getJob(job.id)).agent_id;
  };
  const { id } = await client.createWorkflow({ name: 'own', steps: [{ name: 's', image, pool_config }] });
  const singles = [await agentOfJob(), await agentOfJob()];
  const run = await client.startWorkflow(id);
  await client.waitForRun(run.id, { timeoutMs: 60_000 });
  const [own] = (await client.listRunJobs(run.id)).items;
  expect(singles[1]).toBe(singles[0]);
  expect(own!.agent_id).not.toBe(singles[0]);
  expect([await agentOfJob(id), await agentOfJob()]).toEqual([own!.agent_id, singles[0]]);
}, 60_000);

it('R6.1c R6.1e lets no task find what an earlier one left, not even where they share an agent', async () => {
  const { client } = cluster;
  const pool_config = { max_size: 1, max_agent_uses: 1_013, reuse: 'any' as const };
  const done = async (input: { do: string; pid?: number; megabytes?: number }) => {
    const { id, run_id } = await client.createJob({ image, input, pool_config });
    await client.waitForRun(run_id, { timeoutMs: 60_000 });
    return client.getJob(id);
  };
  const left = await done({ do: 'leave' });
  const next = await done({ do: 'look', pid: left.result as number });
  expect(next.agent_id).toBe(left.agent_id);
  expect(next.result).toEqual({ files: [], runs: false, megabytes: 0, tasks: 2 });

  const heavy = await done({ do: 'leave', megabytes: 300 });
  const light = await done({ do: 'look', pid: heavy.result as number });
  expect(heavy.agent_id).toBe(left.agent_id);
  expect(light.result).toMatchObject({ files: [], megabytes: 0, tasks: 1 });
}, 60_000);

it('R6.1c R6.2c checks an agent before it is used again, and replaces one that is frozen', async () => {
  const pool_config = { max_size: 1, max_agent_uses: 1_006, reuse: 'any' as const };
  const [job] = await runMap(pool_config, 1);
  const [container] = await containersOf(cluster.host, job!.agent_id!);
  await docker('pause', container!);
  const [next] = await runMap(pool_config, 1);
  expect(next!.agent_id).not.toBe(job!.agent_id);
  await until('the frozen container is gone', async () => {
    return (await containersOf(cluster.host, job!.agent_id!)).length === 0;
  });
}, 60_000);

it('R9.3a R6.1b serves several tasks at once in one container, where its pool says so', async () => {
  const { client } = cluster;
  const pool_config = { max_size: 1, agent_concurrency: 4, max_agent_uses: 1_017 };
  const items = Array.from({ length: 12 }, () => ({ do: 'meet', others: 3 }));
  const map = { type: 'map' as const, name: 'map', image, pool_config, items, timeout: '20s' };
  const { id } = await client.createWorkflow({ name: 'at-once', steps: [map] });
  const run = await client.startWorkflow(id);
  expect(await client.waitForRun(run.id, { timeoutMs: 60_000 })).toMatchObject({ status: 'completed' });
  const jobs = (await client.listRunJobs(run.id)).items;
  expect(jobs.map(({ attempts }) => attempts)).toEqual(Array(12).fill(1));
  expect(new Set(jobs.map((job) => job.agent_id)).size).toBe(1);
  await until('its agent is idle again', async () => (await poolBy(1_017)).agents.idle === 1);
  expect(await poolBy(1_017)).toMatchObject({ agents: { leased: 0, idle: 1 }, served: 12, waiting: 0 });
}, 60_000);

it('R6.2a ends agents that were idle for too long', async () => {
  const [job] = await runMap({ max_size: 1, idle_timeout: '500ms', max_agent_uses: 1_007 }, 1);
  await until('the idle agent is gone', async () => {
    return (await containersOf(cluster.host, job!.agent_id!)).length === 0;
  });
  expect(await poolBy(1_007)).toMatchObject({ agents: { idle: 0, leased: 0 } });
}, 60_000);

it('R6.2b retires an agent after its last use', async () => {
  const jobs = await runMap({ max_size: 1, max_agent_uses: 3 }, 7);
  const agents = jobs.map((job) => job.agent_id);
  const uses = [...new Set(agents)].map((agent) => agents.filter((a) => a === agent).length);
  expect(uses).toEqual([3, 3, 1]);
}, 60_000);

it('R6.6a gives each task a container of its own in standard mode', async () => {
  const jobs = await runMap({ max_size: 2 }, 4, { execution_mode: 'standard' });
  expect(new Set(jobs.map((job) => job.agent_id)).size).toBe(4);
}, 60_000);

it.each([
  ['pooled', { min_size: 2, max_size: 2, max_agent_uses: 1_014, reuse: 'any' }],
  ['standard', { min_size: 2, max_size: 5, idle_timeout: '6m' }],
] as const)(
  'R6.5d R6.6a has no cold start where enough agents are kept ready: %s',
  async (execution_mode, pool) => {
    const { client } = cluster;
    const reuse = execution_mode === 'standard' ? 'task' : 'any';
    const runTwo = async () => {
      const step = {
        type: 'map' as const,
        name: 'map',
        image,
        items: [1, 2],
        execution_mode,
        pool_config: pool,
      };
      const { id } = await client.createWorkflow({ name: 'ready', steps: [step] });
      const run = await client.startWorkflow(id);
      await client.waitForRun(run.id, { timeoutMs: 60_000 });
      return (await client.listRunJobs(run.id)).items.map((job) => job.agent_id!);
    };
    await runTwo();
    await until('agents are ready', async () => {
      const pools = await client.listPools();
      const { agents } = pools.find(({ config }) => config.min_size === 2 && config.reuse === reuse)!;
      // Lanes that waited may have had one more started.
      return agents.idle >= 2 && agents.leased + agents.creating + agents.retiring === 0;
    });
    const ready = await agentsOf(cluster.host);
    const used = await runTwo();
    expect(used.filter((agentId) => !ready.includes(agentId))).toEqual([]);
  },
  60_000,
);

it('finds what a killed controller left behind, and goes on', async () => {
  const pool_config = { min_size: 2, max_size: 2, max_agent_uses: 1_008 };
  await runMap(pool_config, 2);
  await until('the pool is warm', async () => (await poolBy(1_008)).agents.idle === 2);
  const before = await containersOf(cluster.host);
  expect(before.length).toBeGreaterThan(1);
  await cluster.kill('controller');
  await docker('kill', before[0]!);
  cluster.spawn('controller', 'controller');
  const jobs = await runMap(pool_config, 10);
  expect(jobs.map((job) => job.status)).toEqual(Array(10).fill('completed'));
  await until('registry and engine agree', async () => {
    const agents = (await cluster.client.listPools()).map((p) => p.agents);
    const entered = agents.reduce((n, a) => n + a.creating + a.idle + a.leased + a.cleaning + a.retiring, 0);
    return (await containersOf(cluster.host)).length === entered;
  });
}, 90_000);

it('R9.3d runs agents without privileges: no network, not root, nothing to write but its own', async () => {
  const [job] = await runMap({ max_size: 1, max_agent_uses: 1_009 }, 1);
  const [container] = await containersOf(cluster.host, job!.agent_id!);
  const [inspected] = JSON.parse(await docker('inspect', container!)) as [
    { HostConfig: Record<string, unknown>; Config: { User: string } },
  ];
  expect(inspected.Config.User).toMatch(/^65534/);
  expect(inspected.HostConfig).toMatchObject({
    NetworkMode: 'none',
    ReadonlyRootfs: true,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    Privileged: false,
  });
  expect(inspected.HostConfig.PidsLimit).toBeGreaterThan(0);
  expect(inspected.HostConfig.Memory).toBeGreaterThan(0);
}, 60_000);
