import { randomUUID } from 'node:crypto';
import { newId, poolsOf, type PoolSpec, validateDefinition } from '@agentainer/core';
import { type HeldLease, Leaser } from '@agentainer/pool';
import { silentLogger } from '@agentainer/runtime';
import {
  connectRedis,
  Keys,
  type Redis,
  RedisAgentRegistry,
  RedisHostStore,
  RedisLeaseStore,
  RedisPoolDirectory,
} from '@agentainer/store-redis';

const HOST = 'bench';
const LEASE_WAIT_MS = 10_000;

/** A pool with a registry and a leaser in this process, and no keeper: who measures enters the agents. */
export class BenchPool {
  private constructor(
    readonly keys: Keys,
    readonly spec: PoolSpec,
    readonly registry: RedisAgentRegistry,
    private readonly leaser: Leaser,
    private readonly connections: Redis[],
  ) {}

  static async open(redisUrl: string, image: string, max_size: number): Promise<BenchPool> {
    const redis = await connectRedis(redisUrl, 'worker');
    const subscriber = await connectRedis(redisUrl, 'subscriber');
    const keys = new Keys(`bench-${randomUUID()}`);
    const definition = validateDefinition({
      name: 'b',
      steps: [{ name: 's', image, pool_config: { max_size } }],
    });
    const spec = poolsOf(definition)[0]!;
    await new RedisPoolDirectory(redis, keys).register(spec);
    await new RedisHostStore(redis, subscriber, keys, HOST).share(spec.id, HOST, spec.config);
    const store = new RedisLeaseStore(redis, subscriber, keys, HOST, newId('worker'));
    const leaser = new Leaser({ store, logger: silentLogger });
    await leaser.start();
    const registry = new RedisAgentRegistry(redis, subscriber, keys, HOST);
    return new BenchPool(keys, spec, registry, leaser, [redis, subscriber]);
  }

  /** One with so many idle agents that no process stands behind. */
  static async withAgents(redisUrl: string, count: number): Promise<BenchPool> {
    const pool = await BenchPool.open(redisUrl, 'none', count);
    for (let i = 0; i < count; i++) {
      const agentId = newId('agent');
      await pool.registry.create(pool.spec.id, agentId, '/nowhere');
      await pool.registry.ready(pool.spec.id, agentId);
    }
    return pool;
  }

  /**
   * @param signal of the lane that asks; a new one where it asks once
   * @throws {Error} where no agent is free in time
   */
  async lease(signal: AbortSignal = new AbortController().signal): Promise<HeldLease> {
    const answer = await this.leaser.lease(this.spec.id, { waitMs: LEASE_WAIT_MS, signal });
    if (answer.kind !== 'leased') throw new Error(`no lease: ${answer.kind}`);
    return answer.held;
  }

  release(held: HeldLease): Promise<void> {
    return this.leaser.release(held, { uses: 1, suspect: false });
  }

  async close(): Promise<void> {
    await this.leaser.stop();
    for (const connection of this.connections) connection.disconnect();
  }
}
