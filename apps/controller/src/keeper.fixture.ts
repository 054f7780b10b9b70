import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AgentState,
  DEFAULT_PERMISSIONS,
  DEFAULT_POOL_CONFIG,
  type HostPressure,
  type PoolConfig,
  poolOf,
  type PoolSpec,
} from '@agentainer/core';
import { Keeper, type KeeperOptions, type Leadership, Leaser, type RetireReason } from '@agentainer/pool';
import { silentLogger } from '@agentainer/runtime';
import {
  connectRedis,
  Keys,
  RedisAgentRegistry,
  RedisHostStore,
  RedisLeaseStore,
  RedisPoolDirectory,
} from '@agentainer/store-redis';
import { FakeDriver } from '@agentainer/testing';

type Redis = Awaited<ReturnType<typeof connectRedis>>;

const CONFIG = { ...DEFAULT_POOL_CONFIG, idle_timeout: 60_000, max_agent_uses: 100 };
const INTERVALS = { plan: 20, reconcile: 30, probe: 10, measure: 10 };
const PATIENCE_MS = 8_000;
export const HOST = 'host-1';

/** A lead that a test gives and takes. */
export class FakeLeadership implements Leadership {
  private readonly listeners = new Set<(held: boolean) => void>();

  constructor(public held = true) {}

  onChange(listener: (held: boolean) => void) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  set(held: boolean): void {
    this.held = held;
    for (const listener of this.listeners) listener(held);
  }
}

/** One host with an engine that a fake stands for, a registry in Redis, and keepers that come and go. */
export class TestHost {
  readonly keys = new Keys(`test-${randomUUID()}`);
  readonly driver = new FakeDriver();
  readonly registry: RedisAgentRegistry;
  readonly pools: RedisPoolDirectory;
  readonly hosts: RedisHostStore;
  readonly leaser: Leaser;
  readonly gateways = new Set<string>();
  readonly unhealthy = new Set<string>();
  readonly retired: RetireReason[] = [];
  /** What put the host under pressure when it was last looked at. */
  pressure: readonly HostPressure[] = [];
  /** Pools of which agents ended by themselves, and of what. */
  readonly died: string[] = [];
  readonly forgotten: string[] = [];
  /** What images are on the host, where that is known. */
  readonly images = new Map<string, string>();
  readonly startTimes: number[] = [];
  private readonly keepers: Keeper[] = [];

  private constructor(
    readonly redis: Redis,
    readonly subscriber: Redis,
    readonly agentsDirectory: string,
  ) {
    this.registry = new RedisAgentRegistry(redis, subscriber, this.keys, HOST);
    this.pools = new RedisPoolDirectory(redis, this.keys);
    this.hosts = new RedisHostStore(redis, subscriber, this.keys, HOST);
    const store = new RedisLeaseStore(redis, subscriber, this.keys, HOST, 'worker_1');
    this.leaser = new Leaser({ store, logger: silentLogger, ttlMs: 5_000, renewMs: 50 });
  }

  static async open(): Promise<TestHost> {
    const url = process.env.AGENTAINER_TEST_REDIS!;
    const [redis, subscriber] = [await connectRedis(url, 'worker'), await connectRedis(url, 'subscriber')];
    const data = await mkdtemp(join(tmpdir(), 'af-keeper-'));
    const host = new TestHost(redis, subscriber, join(data, 'agents'));
    await host.leaser.start();
    return host;
  }

  async close(): Promise<void> {
    await this.leaser.stop();
    for (const keeper of this.keepers) await keeper.stop();
    await rm(join(this.agentsDirectory, '..'), { recursive: true });
    await Promise.all([this.redis.quit(), this.subscriber.quit()]);
  }

  async pool(config: Partial<PoolConfig> = {}, image = 'echo'): Promise<PoolSpec> {
    const spec = poolOf({ image, execution_mode: 'pooled', pool_config: { ...CONFIG, ...config } });
    await this.pools.register(spec);
    await this.hosts.share(spec.id, HOST, spec.config);
    return spec;
  }

  async keeper(leadership: Leadership = new FakeLeadership(), options: Partial<KeeperOptions> = {}) {
    const keeper = new Keeper({
      registry: this.registry,
      images: { digestOf: (image) => this.images.get(image) },
      driver: this.driver,
      gateway: {
        open: ({ agentId, directory }) => {
          if (!existsSync(directory)) throw new Error(`${directory} does not exist`);
          this.gateways.add(agentId);
          return Promise.resolve();
        },
        withoutSecrets: (_, text) => Promise.resolve(text.replaceAll('hush-hush', '[secret x]')),
        close: (agentId) => Promise.resolve(void this.gateways.delete(agentId)),
      },
      probe: { probe: (directory) => Promise.resolve(!this.unhealthy.has(directory)) },
      observer: {
        snapshot: () => undefined,
        host: (_, pressure) => (this.pressure = pressure),
        died: (poolId, cause) => this.died.push(`${poolId} ${cause}`),
        started: (_, ms) => this.startTimes.push(ms),
        retired: (_, reason) => this.retired.push(reason),
        forgotten: (poolId) => this.forgotten.push(poolId),
      },
      permissions: DEFAULT_PERMISSIONS,
      agentsDirectory: this.agentsDirectory,
      leadership,
      logger: silentLogger,
      intervals: INTERVALS,
      ...options,
    });
    this.keepers.push(keeper);
    await keeper.start();
    return keeper;
  }

  lease(pool: PoolSpec, waitMs = PATIENCE_MS, realm = '') {
    return this.leaser.lease(pool.id, { waitMs, signal: new AbortController().signal, realm });
  }

  /** A lease that must come. */
  async leased(pool: PoolSpec, realm = '') {
    const answer = await this.lease(pool, PATIENCE_MS, realm);
    if (answer.kind !== 'leased') throw new Error(`expected a lease, not ${answer.kind}`);
    return answer.held;
  }

  async agents(pool: PoolSpec, state?: AgentState) {
    const agents = (await this.registry.snapshot(pool.id))?.agents ?? [];
    return state ? agents.filter((agent) => agent.state === state) : agents;
  }

  /** Waits until so many agents of the pool are idle; their ids. */
  async idle(pool: PoolSpec, count: number): Promise<string[]> {
    await until(async () => (await this.agents(pool, 'idle')).length === count);
    return (await this.agents(pool, 'idle')).map((agent) => agent.id);
  }

  agentKey(pool: PoolSpec, agentId: string): string {
    return `${this.keys.pool(pool.id, HOST)}:agent:${agentId}`;
  }

  async directories(): Promise<string[]> {
    return existsSync(this.agentsDirectory) ? readdir(this.agentsDirectory) : [];
  }

  /** Makes the next try after a failed start due at once. */
  async retryNow(pool: PoolSpec): Promise<void> {
    await this.redis.hset(this.keys.pool(pool.id, HOST), 'retryAt', 1);
    await this.redis.publish(this.keys.demand(HOST), pool.id);
  }
}

/** Polls until the condition holds. @throws where it does not in time */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}
