import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StepInput } from '@agentainer/core';
import { Cluster } from '../harness/cluster.js';
import { processAgents } from '../harness/process-images.js';
import { TestHost } from '../harness/test-host.js';
import { until } from '../harness/until.js';

const MAX = 4;
let directory: string;
let cluster: Cluster;
/** Beside the cluster's own host, which has two workers. */
let west: TestHost;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'af-hosts-'));
  const settings = processAgents(directory);
  cluster = await Cluster.start({ workers: 2, environment: settings });
  west = new TestHost(cluster, 'west', 1, settings);
  west.start();
  await until('both hosts are up', async () => {
    const hosts = await cluster.client.hosts.list();
    return hosts.filter((host) => host.status === 'up' && host.workers > 0).length === 2;
  });
}, 60_000);
afterAll(async () => {
  await cluster?.stop();
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

/** A run of a map on a pool of its own, which tests tell by its `max_agent_uses`. */
async function startMap(uses: number, items: object[], min_size = 0) {
  const pool_config = { min_size, max_size: MAX, max_agent_uses: uses };
  const step: StepInput = { type: 'map', name: 'map', image: 'fake', items: items as never, pool_config };
  const workflow = await cluster.client.createWorkflow({ name: 'map', steps: [step] });
  return cluster.client.startWorkflow(workflow.id);
}
const counting = (count: number, ms: number) =>
  Array.from({ length: count }, () => ({ do: 'count', key: 'done', ms }));

/** How a pool stands on each host. */
async function pool(uses: number) {
  const pools = await cluster.client.listPools();
  return new Map(pools.filter((one) => one.config.max_agent_uses === uses).map((one) => [one.host, one]));
}
async function agentsOf(uses: number, state: 'idle' | 'leased') {
  return [...(await pool(uses)).values()].reduce((sum, { agents }) => sum + agents[state], 0);
}
const sharesOf = async (uses: number) =>
  [...(await pool(uses)).values()].map((one) => one.share.max_size).sort();
const completed = async (id: string) => (await cluster.client.getRun(id)).steps[0]!.completed;
const host = async (name: string) => (await cluster.client.hosts.list()).find((one) => one.name === name);

/** Each task counted itself once: no sum is missing, none is there twice. */
async function expectAllOnce(id: string, items: number) {
  const run = await cluster.client.waitForRun(id, { timeoutMs: 90_000 });
  expect(run.status).toBe('completed');
  expect((run.result as number[]).sort((a, b) => a - b)).toEqual(
    Array.from({ length: items }, (_, i) => i + 1),
  );
}

it('R9.5d a pool spans hosts: never more agents than max_size in all, and lanes go where agents are free', async () => {
  const first = await startMap(1_001, counting(1, 0), MAX);
  await cluster.client.waitForRun(first.id, { timeoutMs: 30_000 });
  await until('the pool is warm', async () => (await agentsOf(1_001, 'idle')) === MAX);
  expect(await sharesOf(1_001)).toEqual([2, 2]);
  const run = await startMap(1_001, counting(MAX, 4_000), MAX);
  // The workers of one host could take all lanes; they take those that have an agent there.
  await until('all agents are at work at once', async () => (await agentsOf(1_001, 'leased')) === MAX);
  await expectAllOnce(run.id, MAX);
}, 90_000);

it('R9.5d a host is drained: its tasks end, its agents go, others do the rest; then it is used again', async () => {
  const items = 120;
  const run = await startMap(1_002, counting(items, 150));
  await until('both hosts work', async () => {
    const pools = [...(await pool(1_002)).values()];
    return (await completed(run.id)) > 5 && pools.every((one) => one.served + one.agents.leased > 0);
  });
  expect(await cluster.client.hosts.drain('west')).toMatchObject({ name: 'west' });
  await until('west is drained', async () => (await host('west'))!.status === 'drained');
  expect(west.agents()).toEqual([]);
  expect(await completed(run.id)).toBeLessThan(items);
  await expectAllOnce(run.id, items);
  expect(await sharesOf(1_002)).toEqual([0, MAX]);
  const jobs = (await cluster.client.listRunJobs(run.id, { limit: 200 })).items;
  expect(jobs.filter((job) => job.attempts > 1)).toEqual([]);

  await cluster.client.hosts.resume('west');
  // Its lanes hold all agents elsewhere until they see that they are more than belong there.
  const again = await startMap(1_002, counting(40, 250));
  await until('west works again', async () => (await pool(1_002)).get('west')!.agents.leased > 0);
  await expectAllOnce(again.id, 40);
}, 120_000);

it('R9.5d a host that dies is noticed: its work is redone elsewhere, and its agents leave the lists', async () => {
  const items = 80;
  const run = await startMap(1_003, counting(items, 150));
  await until('west works', async () => {
    const standing = (await pool(1_003)).get('west');
    return (standing?.agents.leased ?? 0) > 0 && (await completed(run.id)) > 5;
  });
  const left = west.agents();
  await west.kill();
  const killedAt = performance.now();
  await until('it is gone from the lists', async () => (await host('west')) === undefined, 30_000);
  // Seconds, not minutes.
  expect(performance.now() - killedAt).toBeLessThan(25_000);
  expect((await pool(1_003)).has('west')).toBe(false);
  await expectAllOnce(run.id, items);

  const after = await startMap(1_003, counting(20, 20));
  await expectAllOnce(after.id, 20);
  west.start();
  await until('what it left is ended as it comes back', () => {
    const now = new Set(west.agents());
    return left.every((pid) => !now.has(pid));
  });
  await until('it has its share', async () => (await pool(1_003)).get('west')?.share.max_size === MAX / 2);
}, 150_000);
