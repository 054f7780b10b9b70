import { randomUUID } from 'node:crypto';
import { newId, poolOf, validateDefinition } from '@agentainer/core';
import { Leaser } from '@agentainer/pool';
import { silentLogger } from '@agentainer/runtime';
import {
  connectRedis,
  Keys,
  RedisAgentRegistry,
  RedisLeaseStore,
  RedisPoolDirectory,
} from '@agentainer/store-redis';
import { type Figure, ms } from './figure.js';
import { percentile } from './statistics.js';

const LANES = 16;
const LEASES_PER_LANE = 1_000;

/** How long a lane waits for an idle agent: 16 lanes lease and release at once, an agent for each. */
export async function measureLeases(redisUrl: string): Promise<Figure[]> {
  const redis = await connectRedis(redisUrl, 'worker');
  const subscriber = await connectRedis(redisUrl, 'subscriber');
  const keys = new Keys(`bench-${randomUUID()}`);
  const pool = poolOf(
    validateDefinition({ name: 'b', steps: [{ name: 's', image: 'none', pool_config: { max_size: LANES } }] })
      .steps[0]!,
  );
  const registry = new RedisAgentRegistry(redis, subscriber, keys, 'bench');
  await new RedisPoolDirectory(redis, keys).register(pool);
  for (let i = 0; i < LANES; i++) {
    const agentId = newId('agent');
    await registry.create(pool.id, agentId, '/nowhere');
    await registry.ready(pool.id, agentId);
  }
  const store = new RedisLeaseStore(redis, subscriber, keys, 'bench', newId('worker'));
  const leaser = new Leaser({ store, logger: silentLogger });
  await leaser.start();
  const samples: number[] = [];
  await Promise.all(Array.from({ length: LANES }, () => leaseInTurn(leaser, pool.id, samples)));
  await leaser.stop();
  redis.disconnect();
  subscriber.disconnect();
  const [p50, p99] = [percentile(samples, 0.5), percentile(samples, 0.99)];
  return [
    {
      what: 'lease of an idle agent, 16 lanes, p50',
      measured: ms(p50),
      promise: { text: '≤ 1 ms', kept: p50 <= 1 },
    },
    {
      what: 'lease of an idle agent, 16 lanes, p99',
      measured: ms(p99),
      promise: { text: '≤ 10 ms', kept: p99 <= 10 },
    },
  ];
}

async function leaseInTurn(leaser: Leaser, poolId: string, samples: number[]): Promise<void> {
  const { signal } = new AbortController();
  for (let i = 0; i < LEASES_PER_LANE; i++) {
    const began = performance.now();
    const answer = await leaser.lease(poolId, { waitMs: 10_000, signal });
    if (answer.kind !== 'leased') throw new Error(`no lease: ${answer.kind}`);
    samples.push(performance.now() - began);
    await leaser.release(answer.held, { uses: 1, suspect: false });
  }
}
