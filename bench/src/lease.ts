import { setImmediate as tick } from 'node:timers/promises';
import { BenchPool } from './bench-pool.js';
import { measureCrowd } from './crowd.js';
import { type Figure, ms } from './figure.js';
import type { Stage } from './stage.js';
import { percentile } from './statistics.js';

const LANES = 16;
const LEASES = 64_000;
const HAND_OFFS = 2_000;

/** How long a lane waits for an agent: alone, beside others, for one that is given back, and in a crowd. */
export async function measureLeases({ redisUrl, redisPath }: Stage): Promise<Figure[]> {
  return [
    ...(await measureLanes(redisUrl, 1, { p50: 0.3 })),
    ...(await measureLanes(redisUrl, LANES, { p50: 1, p99: 10 })),
    await measureHandOff(redisUrl),
    ...(await measureCrowd(redisUrl, redisPath)),
  ];
}

/** Lanes that lease and release at once, an agent for each. */
async function measureLanes(
  redisUrl: string,
  lanes: number,
  promised: { p50: number; p99?: number },
): Promise<Figure[]> {
  const pool = await BenchPool.withAgents(redisUrl, lanes);
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
  const { signal } = new AbortController();
  for (let i = 0; i < count; i++) {
    const began = performance.now();
    const held = await pool.lease(signal);
    samples.push(performance.now() - began);
    await pool.release(held);
  }
}

/** From giving back the only agent to the lane that waits for it having it. */
async function measureHandOff(redisUrl: string): Promise<Figure> {
  const pool = await BenchPool.withAgents(redisUrl, 1);
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

function figure(what: string, measured: number, atMost?: number): Figure {
  const promise = atMost === undefined ? undefined : { text: `≤ ${atMost} ms`, kept: measured <= atMost };
  return { what, measured: ms(measured), ...(promise && { promise }) };
}
