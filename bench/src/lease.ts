import { setImmediate as tick } from 'node:timers/promises';
import { newId } from '@agentainer/core';
import { BenchPool } from './bench-pool.js';
import { type Figure, ms } from './figure.js';
import { jainIndex, percentile } from './statistics.js';

const LANES = 16;
const LEASES = 16_000;
const HAND_OFFS = 2_000;
/** More lanes than agents, for so long. */
const CROWD = { lanes: 64, agents: 16, ms: 5_000, workMs: 2 };

/** How long a lane waits for an agent: alone, beside others, for one that is given back, and in a crowd. */
export async function measureLeases(redisUrl: string): Promise<Figure[]> {
  return [
    ...(await measureLanes(redisUrl, 1, { p50: 0.3 })),
    ...(await measureLanes(redisUrl, LANES, { p50: 1, p99: 10 })),
    await measureHandOff(redisUrl),
    ...(await measureCrowd(redisUrl)),
  ];
}

async function poolOf(redisUrl: string, agents: number): Promise<BenchPool> {
  const pool = await BenchPool.open(redisUrl, 'none', agents);
  for (let i = 0; i < agents; i++) {
    const agentId = newId('agent');
    await pool.registry.create(pool.spec.id, agentId, '/nowhere');
    await pool.registry.ready(pool.spec.id, agentId);
  }
  return pool;
}

/** Lanes that lease and release at once, an agent for each. */
async function measureLanes(
  redisUrl: string,
  lanes: number,
  promised: { p50: number; p99?: number },
): Promise<Figure[]> {
  const pool = await poolOf(redisUrl, lanes);
  const samples: number[] = [];
  await Promise.all(Array.from({ length: lanes }, () => leaseInTurn(pool, LEASES / LANES, samples)));
  await pool.close();
  const what = lanes === 1 ? 'lease of an idle agent, alone' : `lease of an idle agent, ${lanes} lanes`;
  return [
    figure(`${what}, p50`, percentile(samples, 0.5), promised.p50),
    figure(`${what}, p99`, percentile(samples, 0.99), promised.p99),
  ];
}

async function leaseInTurn(pool: BenchPool, count: number, samples: number[]): Promise<void> {
  for (let i = 0; i < count; i++) {
    const began = performance.now();
    const held = await pool.lease();
    samples.push(performance.now() - began);
    await pool.release(held);
  }
}

/** From giving back the only agent to the lane that waits for it having it. */
async function measureHandOff(redisUrl: string): Promise<Figure> {
  const pool = await poolOf(redisUrl, 1);
  const samples: number[] = [];
  let held = await pool.lease();
  for (let i = 0; i < HAND_OFFS; i++) {
    const next = pool.lease();
    while ((await pool.registry.snapshot(pool.spec.id))!.waiting === 0) await tick();
    const began = performance.now();
    const released = pool.release(held);
    held = await next;
    samples.push(performance.now() - began);
    await released;
  }
  await pool.release(held);
  await pool.close();
  return figure('hand-off of an agent to the lane that waits, p50', percentile(samples, 0.5), 0.6);
}

/** Many more lanes than agents: how long an agent is in nobody's hands, and whether all lanes get as many. */
async function measureCrowd(redisUrl: string): Promise<Figure[]> {
  const pool = await poolOf(redisUrl, CROWD.agents);
  const givenBack = new Map<string, number>();
  const samples: number[] = [];
  const end = performance.now() + CROWD.ms;
  const lane = async () => {
    let leases = 0;
    for (; performance.now() < end; leases++) {
      const held = await pool.lease();
      const { agentId } = held.lease;
      const since = givenBack.get(agentId);
      if (since !== undefined) samples.push(performance.now() - since);
      await new Promise((resolve) => setTimeout(resolve, CROWD.workMs));
      givenBack.set(agentId, performance.now());
      await pool.release(held);
    }
    return leases;
  };
  const counts = await Promise.all(Array.from({ length: CROWD.lanes }, lane));
  await pool.close();
  const [p99, jain] = [percentile(samples, 0.99), jainIndex(counts)];
  const what = `${CROWD.lanes} lanes on ${CROWD.agents} agents`;
  return [
    figure(`hand-off, ${what}, p99`, p99, 3),
    {
      what: `leases of each lane, ${what}: Jain's index`,
      measured: jain.toFixed(4),
      beside: `${Math.min(...counts)} to ${Math.max(...counts)} leases`,
      promise: { text: '≥ 0.99', kept: jain >= 0.99 },
    },
  ];
}

function figure(what: string, measured: number, atMost?: number): Figure {
  const promise = atMost === undefined ? undefined : { text: `≤ ${atMost} ms`, kept: measured <= atMost };
  return { what, measured: ms(measured), ...(promise && { promise }) };
}
