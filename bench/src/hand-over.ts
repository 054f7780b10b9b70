import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentConnections } from '@agentainer/agent-client';
import { DockerDriver } from '@agentainer/agent-docker';
import { newId } from '@agentainer/core';
import { silentLogger } from '@agentainer/runtime';
import { BenchPool } from './bench-pool.js';
import { type Figure, ms } from './figure.js';
import type { Stage } from './stage.js';
import { median, percentile } from './statistics.js';

const COLD_STARTS = 9;
const HAND_OVERS = 500;
const STOP_GRACE_MS = 1_000;

/** A container's cold start to its first answer, beside handing a task to a warm one (lease, task, answer). */
export async function measureHandOver(stage: Stage): Promise<Figure[]> {
  const pool = await BenchPool.open(stage.redisUrl, stage.image, COLD_STARTS);
  const { dockerSocket: socketPath } = stage;
  const driver = new DockerDriver({
    socketPath,
    programDirectory: stage.directory,
    instance: pool.keys.prefix,
    host: 'bench',
    logger: silentLogger,
  });
  const connections = new AgentConnections();
  const agents = Array.from({ length: COLD_STARTS }, () => newId('agent'));
  try {
    const cold: number[] = [];
    for (const agentId of agents) {
      const directory = join(stage.directory, 'agents', agentId);
      cold.push(await timeOf(() => startAndAnswer(stage, pool, driver, connections, { agentId, directory })));
    }
    const warm: number[] = [];
    for (let i = 0; i < HAND_OVERS; i++) warm.push(await timeOf(() => answer(pool, connections)));
    return figures(cold, warm);
  } finally {
    await connections.close();
    for (const agentId of agents) await driver.stop(agentId, STOP_GRACE_MS);
    await driver.close();
    await pool.close();
  }
}

function figures(cold: number[], warm: number[]): Figure[] {
  const ratio = median(cold) / median(warm);
  return [
    {
      what: 'warm hand-over (lease, task, first answer), p50',
      measured: ms(median(warm)),
      beside: `cold start ${ms(median(cold))}: ${Math.round(ratio)}x`,
      promise: { text: '≥ 100x faster', kept: ratio >= 100 },
    },
    { what: 'warm hand-over, p99', measured: ms(percentile(warm, 0.99)) },
  ];
}

/** Milliseconds until the work has its answer; what it returns then is done outside that time. */
async function timeOf(work: () => Promise<() => Promise<void>>): Promise<number> {
  const began = performance.now();
  const after = await work();
  const took = performance.now() - began;
  await after();
  return took;
}

async function startAndAnswer(
  stage: Stage,
  pool: BenchPool,
  driver: DockerDriver,
  connections: AgentConnections,
  { agentId, directory }: { agentId: string; directory: string },
) {
  await mkdir(directory, { recursive: true });
  await pool.registry.create(pool.spec.id, agentId, directory);
  const start = { agentId, poolId: pool.spec.id, image: stage.image, directory, config: pool.spec.config };
  await driver.start(start, new AbortController().signal);
  await pool.registry.ready(pool.spec.id, agentId);
  return answer(pool, connections);
}

async function answer(pool: BenchPool, connections: AgentConnections) {
  const held = await pool.lease();
  const result = await connections.run(held.lease.directory, held.lease, {
    runId: 'run_bench',
    workflowId: null,
    step: 's',
    kind: 'map',
    index: 0,
    attempt: 1,
    token: 't',
    input: '1',
    timeoutMs: 10_000,
    signal: new AbortController().signal,
  });
  if (result.kind !== 'completed') throw new Error(`no answer: ${JSON.stringify(result)}`);
  return () => pool.release(held);
}
