import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster } from '../harness/cluster.js';
import { CountedMap } from '../harness/counted-map.js';
import { processAgents } from '../harness/process-images.js';
import { until } from '../harness/until.js';

const AGENTS = 2;
const DISK = '1m';
const START_STOP_MS = 60_000;

let directory: string;
let disk: string;
let cluster: Cluster;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'd-'));
  const data = join(directory, 'data');
  // The agents' directories, which their output is written to, are a disk of their own.
  disk = join(data, 'agents');
  mkdirSync(disk, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', disk]);
  const environment = { ...processAgents(directory, 'fake'), AGENTAINER_DATA: data };
  cluster = await Cluster.start({ workers: 1, environment });
}, START_STOP_MS);
afterAll(async () => {
  await cluster?.stop();
  execFileSync('umount', ['--lazy', disk]);
  rmSync(directory, { recursive: true, force: true });
}, START_STOP_MS);

const map = (tasks: number) =>
  CountedMap.start(cluster, {
    ...{ tasks, ms: 50, agents: AGENTS, max_agent_uses: 2_301, image: 'fake' },
    before: [{ do: 'print', lines: 500 }],
    step: { pool_config: { min_size: AGENTS, max_size: AGENTS, max_agent_uses: 2_301, reuse: 'any' } },
  });

it('ends no agent and no task where the disk is full that agents and their output are on', async () => {
  const first = await map(10);
  await first.reached(1);
  writeFileSync(join(disk, 'filler'), Buffer.alloc(statfsSync(disk).bsize * statfsSync(disk).bfree));
  expect(statfsSync(disk).bfree).toBe(0);
  await first.expectAllOnce();
  const second = await map(40);
  await second.expectAllOnce();
  const jobs = [...(await first.jobs()), ...(await second.jobs())];
  expect(jobs.filter((job) => job.attempts > 1)).toEqual([]);
  expect(new Set(jobs.map((job) => job.agent_id)).size).toBeLessThanOrEqual(AGENTS);

  rmSync(join(disk, 'filler'));
  await until('there is room again', () => statfsSync(disk).bfree > 0);
  await second.expectPoolRestored();
}, 90_000);
