import type { StepInput } from '@agentainer/core';
import type { FakeAgentTask } from '@agentainer/testing';
import type { Cluster } from '../harness/cluster.js';
import { docker } from '../harness/docker.js';
import { freePort } from '../harness/free-port.js';
import { until } from '../harness/until.js';
import { withCluster } from '../harness/with-cluster.js';

const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
const MIB = 1_024 * 1_024;
let cluster: Cluster;
withCluster({ workers: 1 }, (started) => {
  cluster = started;
});

type PoolConfig = NonNullable<StepInput['pool_config']>;

/** Runs one task on a pool of its own; the agent that did it. */
async function run(pool_config: PoolConfig, input: FakeAgentTask): Promise<string> {
  const { client } = cluster;
  const steps = [{ name: 'only', image, pool_config, input: { value: input } }];
  const { id } = await client.createWorkflow({ name: 'one', steps });
  const { status } = await client.waitForRun((await client.startWorkflow(id)).id, { timeoutMs: 60_000 });
  expect(status).toBe('completed');
  return (await client.listWorkflowJobs(id)).items[0]!.agent_id!;
}

/** The exit code of an agent's container that ends, or has ended since. */
async function exitCode(agentId: string, since: string): Promise<string> {
  const filters = ['--filter', 'event=die', '--filter', `label=agentainer.agent=${agentId}`];
  const format = '{{.Actor.Attributes.exitCode}}';
  return until(
    'the container has ended',
    async () =>
      (await docker('events', '--since', since, '--until', '0s', ...filters, '--format', format)) ||
      undefined,
  );
}

it('R6.2d ends an agent gracefully, with the time to clean up that its pool allows', async () => {
  const since = String(Math.floor(Date.now() / 1_000));
  const [cleaned, killed] = await Promise.all([
    run({ max_agent_uses: 1, stop_grace: '20s' }, { do: 'linger', ms: 1_500 }),
    run({ max_agent_uses: 1, stop_grace: '1s' }, { do: 'linger', ms: 60_000 }),
  ]);
  expect(await exitCode(cleaned, since)).toBe('0');
  expect(await exitCode(killed, since)).toBe('137');
}, 90_000);

it('R6.2e counts the agents that ended by the reason, R6.2a idle, R6.2b used up, too old or too large', async () => {
  const port = await freePort();
  await cluster.kill('controller');
  cluster.spawn('controller', 'controller', { AGENTAINER_METRICS_PORT: String(port) });
  const pools = [
    { reason: 'idle_timeout', config: { idle_timeout: '200ms' } },
    { reason: 'max_uses', config: { max_agent_uses: 1, idle_timeout: '1h' } },
    { reason: 'max_age', config: { max_agent_age: '1s' } },
    { reason: 'memory', config: { max_agent_memory: '150MiB' } },
  ];
  await Promise.all(pools.map(({ config }) => run(config, { do: 'keep', bytes: 150 * MIB })));
  const ids = new Map(
    (await cluster.client.listPools()).map(({ id, config }) => [JSON.stringify(config), id]),
  );
  for (const { reason, config } of pools) {
    const [, id] = [...ids].find(([text]) =>
      Object.entries(config).every((pair) => text.includes(said(pair))),
    )!;
    const line = `agentainer_agents_retired_total{pool="${id}",reason="${reason}"`;
    await until(line, async () =>
      (await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).includes(line),
    );
  }
}, 90_000);

it('R6.2e ends idle agents while its host is under pressure, and starts none but for what waits', async () => {
  const port = await freePort();
  await cluster.kill('controller');
  const environment = { AGENTAINER_DISK_PRESSURE: '1%', AGENTAINER_METRICS_PORT: String(port) };
  cluster.spawn('controller', 'controller', environment);
  await run({ min_size: 2, idle_timeout: '2h' }, { do: 'echo', value: 1 });
  const pool = (await cluster.client.pools.list()).find(({ config }) => config.idle_timeout === '2h')!;
  const line = `agentainer_agents_retired_total{pool="${pool.id}",reason="pressure"`;
  const metrics = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  await until(line, async () => (await metrics()).includes(line));
  expect(await metrics()).toMatch(/agentainer_host_pressure\{resource="disk",directory="\/[^}]*\} 1\n/);
  const [host] = await cluster.client.hosts.list();
  expect(host).toMatchObject({ under_pressure: true });
  expect(host!.pressure).toContainEqual({
    ...{ resource: 'disk', directory: expect.stringMatching(/^\//) },
    use: expect.any(Number),
  });
  expect((await cluster.client.pools.get(pool.id)).hosts).toMatchObject([
    { agents: { creating: 0, idle: 0 } },
  ]);
}, 90_000);

const said = ([name, value]: [string, string | number]) => `"${name}":${JSON.stringify(value)}`;
