import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { StepInput } from '@agentainer/core';
import type { Cluster } from '../harness/cluster.js';
import { containersOf } from '../harness/docker.js';
import { until } from '../harness/until.js';
import { withCluster } from '../harness/with-cluster.js';

const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
const CLI = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url));
/** So many that they take several times as long as a drain. */
const TASKS = 200;
const run = promisify(execFile);
let cluster: Cluster;
withCluster({ workers: 1 }, (started) => {
  cluster = started;
});

/** What the command prints. */
async function cli(...argv: string[]): Promise<string> {
  const connection = ['--url', cluster.url, '--key', cluster.key];
  return (await run(process.execPath, [CLI, ...argv, ...connection], { timeout: 30_000 })).stdout;
}

/** Starts a map of so many tasks that sleep, on a pool of its own. */
async function start(pool_config: NonNullable<StepInput['pool_config']>, tasks: number, ms: number) {
  const { client } = cluster;
  const items = Array.from({ length: tasks }, () => ({ do: 'sleep', ms }));
  const steps = [{ type: 'map' as const, name: 'map', image, pool_config, items, max_parallel: 8 }];
  return client.startWorkflow((await client.createWorkflow({ name: 'pool', steps })).id);
}

/** The pool with this `max_agent_uses`, by which the tests tell their pools apart. */
const poolBy = (uses: number) =>
  until('the pool is known', async () =>
    (await cluster.client.pools.list()).find((pool) => pool.config.max_agent_uses === uses),
  );

it('R6.1b drains a pool while a run goes on, which waits and says why, and completes once the pool is resumed', async () => {
  const { client } = cluster;
  const { id: runId } = await start({ max_size: 2, max_agent_uses: 2_001 }, TASKS, 100);
  const { id } = await poolBy(2_001);
  await until('tasks have ended', async () => (await client.getStep(runId, 'map')).completed >= 4);
  expect(await cli('pool', 'drain', id)).toContain('it starts no agents');
  await until('all agents are gone', async () => {
    const { agents } = await poolBy(2_001);
    return Object.values(agents).every((count) => count === 0);
  });
  const { completed } = await client.getStep(runId, 'map');
  expect(completed).toBeLessThan(TASKS);
  const explained = await until('the run says why it waits', async () => {
    const { steps } = await client.explainRun(runId);
    return steps[0]!.reasons.some(({ reason }) => reason === 'pool_drained') && steps[0];
  });
  expect(explained).toMatchObject({ running: 0, reasons: [{ reason: 'pool_drained', pool: id }] });
  expect(await cli('workflow', 'explain', runId)).toContain('is drained');
  expect(await cli('pool', 'resume', id)).not.toContain('it starts no agents');
  expect((await client.waitForRun(runId, { timeoutMs: 60_000 })).status).toBe('completed');
}, 120_000);

it('R6.1b R6.5a resizes and warms up a pool from the command line', async () => {
  const { client } = cluster;
  await client.waitForRun((await start({ max_size: 1, max_agent_uses: 2_002 }, 1, 1)).id);
  const { id } = await poolBy(2_002);
  await cli('pool', 'resize', id, '--max', '3');
  await cli('pool', 'warm', id, '--count', '3', '--for', '10m');
  await until('three agents are idle', async () => (await poolBy(2_002)).agents.idle === 3);
  expect(await cli('pool', 'get', id)).toMatch(/0 to 3 agents/);
  const before = await containersOf(cluster.host);
  await cli('pool', 'resize', id, '--max', 'default');
  await until('one agent is left', async () => {
    const { agents } = await poolBy(2_002);
    return agents.idle === 1 && agents.retiring === 0;
  });
  expect((await containersOf(cluster.host)).length).toBe(before.length - 2);
}, 90_000);

it('R6.1b R9.5d says of a run which of the operator’s decisions it waits for, until it is taken back', async () => {
  const { client, host } = cluster;
  await cli('host', 'drain', host);
  const { id: runId } = await start({ max_size: 1, max_agent_uses: 2_003 }, 1, 1);
  const why = await until('the run says why it waits', async () => {
    const { steps } = await client.explainRun(runId);
    return steps[0]?.reasons.find(({ reason }) => reason === 'hosts_drained');
  });
  const { id: pool } = await poolBy(2_003);
  const message = `every host is drained, until one is resumed: ${host}`;
  expect(why).toEqual({ reason: 'hosts_drained', pool, hosts: [host], message });
  expect(await cli('workflow', 'explain', runId)).toContain(message);
  await cli('host', 'resume', host);
  expect((await client.waitForRun(runId, { timeoutMs: 60_000 })).status).toBe('completed');
}, 90_000);
