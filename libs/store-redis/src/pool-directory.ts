import type { PoolSpec, TaskError } from '@agentainer/core';
import type { PoolDirectory } from '@agentainer/engine';
import {
  divideAmong,
  isDecided,
  type OverrideChange,
  type PoolControlStore,
  type PoolOverride,
  type PoolStatus,
  type PoolUsage,
  type PoolView,
  sizeOf,
} from '@agentainer/pool';
import type { Redis } from 'ioredis';
import { BoundedCache } from './bounded-cache.js';
import { liveHosts } from './host-signs.js';
import type { Keys } from './keys.js';
import { PoolOverrides } from './pool-overrides.js';
import { PoolScope } from './pool-scope.js';
import { redisNow } from './redis-now.js';
import { ImageDigests } from './image-digests.js';
import { readPoolSpec } from './pool-spec.js';
import { clearPool } from './scripts/pool-clear.js';
import { readDeath } from './scripts/pool-died.js';
import { forgetPool } from './scripts/pool-forget.js';
import { registerPool } from './scripts/pool-register.js';
import { warmPool } from './scripts/pool-warm.js';

/** How long a registration is taken for granted, in milliseconds. */
const REGISTERED_MS = 10_000;
const REMEMBERED_POOLS = 1_000;
const STATES = ['creating', 'idle', 'leased', 'cleaning', 'draining', 'retiring'] as const;

/** All pools on all hosts, as runs ask for them and people look at them. */
export class RedisPoolDirectory implements PoolDirectory, PoolControlStore, PoolUsage {
  /** Pools known to be registered, and since when: a chain of steps asks again and again. */
  private readonly registered = new BoundedCache<string, number>(REMEMBERED_POOLS);
  private readonly images: ImageDigests;
  private readonly overrides: PoolOverrides;

  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {
    this.images = new ImageDigests(redis, keys);
    this.overrides = new PoolOverrides(redis, keys);
  }

  async register(spec: PoolSpec): Promise<void> {
    const known = this.registered.get(spec.id);
    if (known !== undefined && performance.now() - known < REGISTERED_MS) return;
    const isNew = await registerPool(this.redis, this.keys, spec);
    this.registered.set(spec.id, performance.now());
    if (!isNew) return;
    for (const host of await this.hosts()) await this.redis.publish(this.keys.demand(host), spec.id);
  }

  /** As many agents as the pool may have, where no number is given: each host then keeps its share. */
  async warm(poolId: string, count?: number, forMs?: number): Promise<void> {
    const pool = await this.get(poolId);
    if (!pool) return;
    const { config, size, hosts } = pool;
    const names = hosts.filter(({ share }) => share.max_size > 0).map(({ host }) => host);
    const each = count === undefined ? undefined : divideAmong(count, names, poolId);
    const asked = (each ? names : hosts.map(({ host }) => host)).map((host) => {
      const scope = new PoolScope(this.redis, this.keys, host);
      return warmPool(scope, poolId, each?.get(host) ?? size.max_size, forMs ?? config.idle_timeout);
    });
    await Promise.all(asked);
  }

  override(poolId: string, change: OverrideChange): Promise<void> {
    return this.overrides.change(poolId, change);
  }

  async get(poolId: string): Promise<PoolView | undefined> {
    const [text, override, hosts] = await Promise.all([
      this.redis.hget(this.keys.pools(), poolId),
      this.overrides.of(poolId),
      this.hosts(),
    ]);
    const spec = text === null ? undefined : readPoolSpec(text);
    if (!spec) return undefined;
    const standings = await Promise.all(hosts.map((host) => this.status(spec, override, host, -1)));
    return { ...describe(spec, override), override, hosts: standings };
  }

  async digests(images: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return images.length === 0 ? new Map() : this.images.read(images, await this.hosts());
  }

  /** Every pool that is known. */
  ids(): Promise<string[]> {
    return this.redis.hkeys(this.keys.pools());
  }

  async list(): Promise<PoolStatus[]> {
    const [texts, hosts, overrideOf] = await Promise.all([
      this.redis.hvals(this.keys.pools()),
      this.hosts(),
      this.overrides.reader(),
    ]);
    const specs = texts.map(readPoolSpec).filter((spec) => spec !== undefined);
    const all = specs.flatMap((spec) => hosts.map((host) => this.status(spec, overrideOf(spec.id), host, 0)));
    return Promise.all(all);
  }

  async unused(ms: number): Promise<string[]> {
    const before = (await redisNow(this.redis)) - ms;
    const ids = await this.redis.zrangebyscore(this.keys.poolsUsed(), '-inf', before);
    if (ids.length === 0) return [];
    // What an operator has decided must stay where it can be seen and taken back.
    const overrideOf = await this.overrides.reader();
    return ids.filter((id) => !isDecided(overrideOf(id)));
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

  /** @param lastDeath index of the last one that is read, the latest being the first */
  private async status(
    spec: PoolSpec,
    override: PoolOverride,
    host: string,
    lastDeath: number,
  ): Promise<PoolStatus> {
    const key = this.keys.pool(spec.id, host);
    const [fields, waiting, deaths] = await Promise.all([
      this.redis.hmget(key, 'error', 'retryAt', 'served', 'minSize', 'maxSize', ...STATES),
      this.redis.zcard(`${key}:waiters`),
      this.redis.lrange(`${key}:deaths`, 0, lastDeath),
    ]);
    const [error, retryAt, served, minSize, maxSize, ...counts] = fields;
    const agents = Object.fromEntries(STATES.map((state, i) => [state, Number(counts[i] ?? 0)]));
    return {
      ...describe(spec, override),
      host,
      share: { min_size: Number(minSize ?? 0), max_size: Number(maxSize ?? 0) },
      agents: agents as PoolStatus['agents'],
      waiting,
      served: Number(served ?? 0),
      ...(!error ? {} : { error: JSON.parse(error) as TaskError }),
      retryAt: Number(retryAt ?? 0),
      deaths: deaths.map(readDeath),
    };
  }
}

function describe({ id, image, digest, config }: PoolSpec, override: PoolOverride) {
  return { id, image, digest, config, drained: override.drained, size: sizeOf(config, override) };
}
