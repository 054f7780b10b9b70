import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster } from '../harness/cluster.js';
import { processAgents } from '../harness/process-images.js';
import { TestHost } from '../harness/test-host.js';
import { until } from '../harness/until.js';

const TASKS = 12;
let directory: string;
let settings: Record<string, string>;
let cluster: Cluster;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'af-hosts-'));
  settings = processAgents(directory);
  const imageless = join(directory, 'none.json');
  writeFileSync(imageless, '{}');
  // The cluster's own host lacks the image, west has it.
  cluster = await Cluster.start({
    workers: 1,
    environment: { ...settings, AGENTAINER_IMAGES: imageless },
  });
  new TestHost(cluster, 'west', 1, settings).start();
  await until('both hosts are up', async () => {
    const hosts = await cluster.client.hosts.list();
    return hosts.filter((host) => host.status === 'up' && host.workers > 0).length === 2;
  });
}, 60_000);
afterAll(async () => {
  await cluster?.stop();
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

async function runMap() {
  const items = Array.from({ length: TASKS }, () => ({ do: 'count', key: 'done', ms: 50 }));
  const pool_config = { max_size: 4 };
  const steps = [{ type: 'map' as const, name: 'map', image: 'fake', items, pool_config }];
  const run = await cluster.client.startWorkflow(
    (await cluster.client.createWorkflow({ name: 'map', steps })).id,
  );
  return cluster.client.waitForRun(run.id, { timeoutMs: 60_000 });
}

const shares = async () =>
  new Map((await cluster.client.pools.list()).map((pool) => [pool.host, pool.share.max_size]));

it('R9.5d a host that lacks an image fails no task: others have its share of the pool until it has the image', async () => {
  const run = await runMap();
  expect(run.status).toBe('completed');
  expect((run.result as number[]).sort((a, b) => a - b)).toEqual(
    Array.from({ length: TASKS }, (_, i) => i + 1),
  );
  await until('west has the whole pool', async () => (await shares()).get('west') === 4);
  expect((await cluster.client.pools.list()).find(({ host }) => host === cluster.host)).toMatchObject({
    share: { max_size: 0 },
    error: { code: 'IMAGE_NOT_FOUND' },
    agents: { creating: 0, idle: 0, leased: 0 },
  });

  await cluster.kill('controller');
  cluster.spawn('controller', 'controller', settings);
  await until('both have their share', async () => [...(await shares()).values()].join() === '2,2', 40_000);
  expect((await runMap()).status).toBe('completed');
}, 150_000);
