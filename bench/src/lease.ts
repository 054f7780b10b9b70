import { newId } from '@agentainer/core';
import { BenchPool } from './bench-pool.js';
import { type Figure, ms } from './figure.js';
import { percentile } from './statistics.js';

const LANES = 16;
const LEASES_PER_LANE = 1_000;

/** How long a lane waits for an idle agent: 16 lanes lease and release at once, an agent for each. */
export async function measureLeases(redisUrl: string): Promise<Figure[]> {
  const pool = await BenchPool.open(redisUrl, 'none', LANES);
  for (let i = 0; i < LANES; i++) {
    const agentId = newId('agent');
    await pool.registry.create(pool.spec.id, agentId, '/nowhere');
    await pool.registry.ready(pool.spec.id, agentId);
  }
  const samples: number[] = [];
  await Promise.all(Array.from({ length: LANES }, () => leaseInTurn(pool, samples)));
  await pool.close();
  const [p50, p99] = [percentile(samples, 0.5), percentile(samples, 0.99)];
  const what = `lease of an idle agent, ${LANES} lanes`;
  return [
    { what: `${what}, p50`, measured: ms(p50), promise: { text: '≤ 1 ms', kept: p50 <= 1 } },
    { what: `${what}, p99`, measured: ms(p99), promise: { text: '≤ 10 ms', kept: p99 <= 10 } },
  ];
}

async function leaseInTurn(pool: BenchPool, samples: number[]): Promise<void> {
  for (let i = 0; i < LEASES_PER_LANE; i++) {
    const began = performance.now();
    const held = await pool.lease();
    samples.push(performance.now() - began);
    await pool.release(held);
  }
}
