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
/** Settings with both images; the cluster's own host, which has two workers, lacks `elsewhere`. */
let both: Record<string, string>;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'af-hosts-'));
  both = processAgents(directory, 'fake', 'elsewhere');
  cluster = await Cluster.start({ workers: 2, environment: processAgents(directory, 'fake') });
  new TestHost(cluster, 'west', 1, both).start();
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
async function startMap(uses: number, items: object[], { min_size = 0, image = 'fake' } = {}) {
  const pool_config = { min_size, max_size: MAX, max_agent_uses: uses };
  const step: StepInput = { type: 'map', name: 'map', image, items: items as never, pool_config };
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

/** Each task counted itself once: no sum is missing, none is there twice. */
async function expectAllOnce(id: string, items: number) {
  const run = await cluster.client.waitForRun(id, { timeoutMs: 90_000 });
  expect(run.status).toBe('completed');
  expect((run.result as number[]).sort((a, b) => a - b)).toEqual(
    Array.from({ length: items }, (_, i) => i + 1),
  );
}

it('R9.5d a pool spans hosts: never more agents than max_size in all, and lanes go where agents are free', async () => {
  const first = await startMap(1_001, counting(1, 0), { min_size: MAX });
  await cluster.client.waitForRun(first.id, { timeoutMs: 30_000 });
  await until('the pool is warm', async () => (await agentsOf(1_001, 'idle')) === MAX);
  expect(await sharesOf(1_001)).toEqual([2, 2]);
  const run = await startMap(1_001, counting(MAX, 4_000), { min_size: MAX });
  // The workers of one host could take all lanes; they take those that have an agent there.
  await until('all agents are at work at once', async () => (await agentsOf(1_001, 'leased')) === MAX);
  await expectAllOnce(run.id, MAX);
}, 90_000);

it('R9.5d a host that lacks an image fails no task: others have its share of the pool until it has the image', async () => {
  const mapElsewhere = async () => {
    const run = await startMap(1_002, counting(12, 50), { image: 'elsewhere' });
    await expectAllOnce(run.id, 12);
  };
  await mapElsewhere();
  await until('west has the whole pool', async () => (await pool(1_002)).get('west')?.share.max_size === MAX);
  expect((await pool(1_002)).get(cluster.host)).toMatchObject({
    share: { max_size: 0 },
    error: { code: 'IMAGE_NOT_FOUND' },
    agents: { creating: 0, idle: 0, leased: 0 },
  });

  await cluster.kill('controller');
  cluster.spawn('controller', 'controller', both);
  await until('both have their share', async () => (await sharesOf(1_002)).join() === '2,2', 40_000);
  await mapElsewhere();
}, 150_000);
