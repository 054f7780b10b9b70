import type { PoolSpec, TaskError } from '@agentainer/core';
import type { PoolDirectory } from '@agentainer/engine';
import type { PoolReader, PoolStatus, PoolUsage } from '@agentainer/pool';
import type { Redis } from 'ioredis';
import { BoundedCache } from './bounded-cache.js';
import { liveHosts } from './host-signs.js';
import type { Keys } from './keys.js';
import { PoolScope } from './pool-scope.js';
import { redisNow } from './redis-now.js';
import { ImageDigests } from './image-digests.js';
import { readPoolSpec } from './pool-spec.js';
import { clearPool } from './scripts/pool-clear.js';
import { forgetPool } from './scripts/pool-forget.js';
import { registerPool } from './scripts/pool-register.js';
import { warmPool } from './scripts/pool-warm.js';

/** How long a registration is taken for granted, in milliseconds. */
const REGISTERED_MS = 10_000;
const REMEMBERED_POOLS = 1_000;
const STATES = ['creating', 'idle', 'leased', 'draining', 'retiring'] as const;
const STATUS_FIELDS = [...STATES, 'served', 'minSize', 'maxSize', 'error', 'retryAt'] as const;

/** All pools on all hosts, as runs ask for them and people look at them. */
export class RedisPoolDirectory implements PoolDirectory, PoolReader, PoolUsage {
  /** Pools known to be registered, and since when: a chain of steps asks again and again. */
  private readonly registered = new BoundedCache<string, number>(REMEMBERED_POOLS);

  private readonly images: ImageDigests;

  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {
    this.images = new ImageDigests(redis, keys);
  }

  async register(spec: PoolSpec): Promise<void> {
    const known = this.registered.get(spec.id);
    if (known !== undefined && performance.now() - known < REGISTERED_MS) return;
    const isNew = await registerPool(this.redis, this.keys, spec);
    this.registered.set(spec.id, performance.now());
    if (!isNew) return;
    for (const host of await this.hosts()) await this.redis.publish(this.keys.demand(host), spec.id);
  }

  async warm(poolId: string): Promise<void> {
    const text = await this.redis.hget(this.keys.pools(), poolId);
    const spec = text === null ? undefined : readPoolSpec(text);
    if (!spec) return;
    const { max_size, idle_timeout } = spec.config;
    const scopes = (await this.hosts()).map((host) => new PoolScope(this.redis, this.keys, host));
    await Promise.all(scopes.map((scope) => warmPool(scope, poolId, max_size, idle_timeout)));
  }

  async digests(images: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return images.length === 0 ? new Map() : this.images.read(images, await this.hosts());
  }

  /** Every pool that is known. */
  ids(): Promise<string[]> {
    return this.redis.hkeys(this.keys.pools());
  }

  async list(): Promise<PoolStatus[]> {
    const [texts, hosts] = await Promise.all([this.redis.hvals(this.keys.pools()), this.hosts()]);
    const specs = texts.map(readPoolSpec).filter((spec) => spec !== undefined);
    const all = specs.flatMap((spec) => hosts.map((host) => this.status(spec, host)));
    return Promise.all(all);
  }

  async unused(ms: number): Promise<string[]> {
    return this.redis.zrangebyscore(this.keys.poolsUsed(), '-inf', (await redisNow(this.redis)) - ms);
  }

  async clear(poolId: string): Promise<boolean> {
    const hosts = await this.redis.zrange(this.keys.hosts(), '0', '-1');
    const scopes = hosts.map((host) => new PoolScope(this.redis, this.keys, host));
    const cleared = await Promise.all(scopes.map((scope) => clearPool(scope, poolId)));
    return cleared.every(Boolean);
  }

  forget(poolId: string, unusedMs: number): Promise<boolean> {
    if (unusedMs <= REGISTERED_MS) throw new RangeError(`a pool counts as used for ${REGISTERED_MS} ms`);
    return forgetPool(this.redis, this.keys, poolId, unusedMs);
  }

  private hosts(): Promise<string[]> {
    return liveHosts(this.redis, this.keys);
  }

  private async status({ id, image, digest, config }: PoolSpec, host: string): Promise<PoolStatus> {
    const key = this.keys.pool(id, host);
    const [fields, waiting] = await Promise.all([
      this.redis.hmget(key, ...STATUS_FIELDS),
      this.redis.zcard(`${key}:waiters`),
    ]);
    const [creating = 0, idle = 0, leased = 0, draining = 0, retiring = 0, ...more] = fields
      .slice(0, STATES.length + 3)
      .map(Number);
    const [served = 0, min_size = 0, max_size = 0] = more;
    const [error, retryAt] = fields.slice(STATES.length + 3) as [string | null, string | null];
    return {
      id,
      image,
      digest,
      config,
      host,
      share: { min_size, max_size },
      agents: { creating, idle, leased, draining, retiring },
      waiting,
      served,
      ...(error === null ? {} : { error: JSON.parse(error) as TaskError }),
      retryAt: Number(retryAt ?? 0),
    };
  }
}
