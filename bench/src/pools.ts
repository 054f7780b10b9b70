import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { StepInput } from '@agentainer/core';
import { type Figure, ms } from './figure.js';
import type { Stage } from './stage.js';
import { median } from './statistics.js';

const ROUNDS = 3;
const WAIT_MS = 120_000;
const POLL_MS = 2;
/** A pool that no other measurement has warmed. */
const OWN = { max_agent_uses: 999_999 };
const run = promisify(execFile);

type Pool = NonNullable<StepInput['pool_config']>;

async function startMap(stage: Stage, items: object[], pool_config: Pool, more: Partial<StepInput> = {}) {
  const { execution_mode } = more;
  const max_parallel = pool_config.max_size;
  const step = { type: 'map' as const, name: 'map', image: stage.image, items: items as never, max_parallel };
  const { id } = await stage.client.createWorkflow({
    name: 'pool',
    steps: [{ ...step, pool_config, execution_mode }],
  });
  return (await stage.client.startWorkflow(id)).id;
}

const sleeps = (count: number, milliseconds: number) =>
  Array.from({ length: count }, () => ({ do: 'sleep', ms: milliseconds }));

/** 50 tasks of a second on ten warm agents: how long they take, and how much of their time agents are at work. */
export async function measureUtilisation(stage: Stage): Promise<Figure[]> {
  const pool = { min_size: 10, max_size: 10, reuse: 'any' as const };
  await stage.warm(pool);
  const [times, shares]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const id = await startMap(stage, sleeps(50, 1_000), pool);
    const ended = await stage.client.waitForRun(id, { timeoutMs: WAIT_MS });
    const took = Date.parse(ended.finished_at!) - Date.parse(ended.created_at);
    times.push(took / 1_000);
    const jobs = (await stage.client.listRunJobs(id, { limit: 100 })).items;
    const worked = jobs.reduce(
      (sum, job) => sum + Date.parse(job.finished_at!) - Date.parse(job.started_at!),
      0,
    );
    shares.push(worked / (10 * took));
  }
  const [took, share] = [median(times), median(shares)];
  return [
    {
      what: '50 tasks of 1 s on 10 warm agents',
      measured: `${took.toFixed(2)} s`,
      promise: { text: '≤ 5.4 s', kept: took <= 5.4 },
    },
    {
      what: 'agents at work, of the time of that map',
      measured: `${(share * 100).toFixed(1)} %`,
      promise: { text: '≥ 90 %', kept: share >= 0.9 },
    },
  ];
}

/** From an agent being killed at a task to its lane having noted that. */
export async function measureReplacement(stage: Stage): Promise<Figure[]> {
  const samples: number[] = [];
  const pool = { min_size: 2, max_size: 2, reuse: 'any' as const };
  await stage.warm(pool);
  for (let round = 0; round < ROUNDS + 2; round++) {
    const id = await startMap(stage, sleeps(1, 2_000), pool);
    const [job] = await jobsWhere(stage, id, (one) => one.status === 'running');
    const label = `label=agentainer.agent=${job!.agent_id}`;
    const container = await docker(stage, 'ps', '--quiet', '--filter', label);
    await docker(stage, 'kill', '--signal', 'KILL', container);
    const killed = performance.now();
    await jobsWhere(stage, id, (one) => one.lost_attempts > 0 || one.attempts > 1);
    samples.push(performance.now() - killed);
    await stage.client.waitForRun(id, { timeoutMs: WAIT_MS });
  }
  const worst = Math.max(...samples);
  return [
    {
      what: 'a killed agent, seen by its lane, worst of 5',
      measured: ms(worst),
      promise: { text: '≤ 200 ms', kept: worst <= 200 },
    },
  ];
}

/** Memory of the agents of a pool, and of a container for each task at once. */
export async function measurePoolMemory(stage: Stage): Promise<Figure[]> {
  const tasks = 12;
  const pooled = await memoryWhile(stage, { ...OWN, min_size: 4, max_size: 4, reuse: 'any' }, tasks);
  const single = await memoryWhile(stage, { max_size: tasks }, tasks, { execution_mode: 'standard' });
  return [
    {
      what: `memory of 4 agents that share ${tasks} tasks`,
      measured: mebibytes(pooled),
      beside: `a container for each task ${mebibytes(single)}: ${(single / pooled).toFixed(1)}x`,
    },
  ];
}

/** The most memory that containers had together while tasks ran. */
async function memoryWhile(
  stage: Stage,
  pool: Pool,
  tasks: number,
  more: Partial<StepInput> = {},
): Promise<number> {
  const before = new Set((await docker(stage, 'ps', '--quiet')).split('\n'));
  const id = await startMap(stage, sleeps(tasks, 6_000), pool, more);
  let most = 0;
  while ((await stage.client.getRun(id)).status === 'running') {
    const now = (await docker(stage, 'ps', '--quiet'))
      .split('\n')
      .filter((one) => one !== '' && !before.has(one));
    if (now.length > 0) most = Math.max(most, await memoryOf(stage, now));
  }
  return most;
}

async function memoryOf(stage: Stage, containers: string[]): Promise<number> {
  const format = '{{.MemUsage}}';
  const text = await docker(stage, 'stats', '--no-stream', '--format', format, ...containers).catch(() => '');
  return text.split('\n').reduce((sum, line) => sum + bytesOf(line), 0);
}

/** Of `12.5MiB / 512MiB`. */
function bytesOf(usage: string): number {
  const [, number, unit] = /^([\d.]+)([KMG]?i?B)/.exec(usage) ?? [];
  const units: Record<string, number> = { B: 1, KiB: 1_024, MiB: 1_024 ** 2, GiB: 1_024 ** 3 };
  return Number(number ?? 0) * (units[unit ?? 'B'] ?? 1);
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1_024 ** 2).toFixed(0)} MiB`;
}

async function jobsWhere(
  stage: Stage,
  id: string,
  holds: (job: Awaited<ReturnType<Stage['client']['getJob']>>) => boolean,
) {
  for (const deadline = performance.now() + WAIT_MS; performance.now() < deadline; await pause(POLL_MS)) {
    const { items } = await stage.client.listRunJobs(id);
    if (items.some(holds)) return items;
  }
  throw new Error('what is measured did not happen');
}

async function docker(stage: Stage, ...command: string[]): Promise<string> {
  const { stdout } = await run('docker', ['-H', `unix://${stage.dockerSocket}`, ...command]);
  return stdout.trim();
}
