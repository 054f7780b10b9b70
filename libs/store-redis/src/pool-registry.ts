import type { HostPressure, PoolSpec } from '@agentainer/core';
import {
  type AgentRegistry,
  type LastWords,
  type PoolSnapshot,
  type RetireReason,
  SILENCE_MS,
  type StartFailure,
} from '@agentainer/pool';
import type { Redis } from 'ioredis';
import { BoundedCache } from './bounded-cache.js';
import { Channel } from './channel.js';
import { tellPressure } from './host-pressures.js';
import { hostSigns } from './host-signs.js';
import type { Keys } from './keys.js';
import { PoolScope } from './pool-scope.js';
import { readPoolSpec } from './pool-spec.js';
import { cleanedAgent } from './scripts/pool-cleaned.js';
import { createAgent } from './scripts/pool-create.js';
import { noteDeath } from './scripts/pool-died.js';
import { drainAgent } from './scripts/pool-drain.js';
import { mendPool } from './scripts/pool-mended.js';
import { notePull } from './scripts/pool-pulling.js';
import { readyAgent } from './scripts/pool-ready.js';
import { removeAgent } from './scripts/pool-remove.js';
import { retireAgent } from './scripts/pool-retire.js';
import { announcePresence } from './scripts/presence-announce.js';
import { snapshotPool } from './scripts/pool-snapshot.js';
import { noteStartFailure } from './scripts/pool-start-failed.js';

const CACHED_SPECS = 1_000;

/** The agents of one host in Redis; its keeper is the only one that may write here. */
export class RedisAgentRegistry implements AgentRegistry {
  private readonly scope: PoolScope;
  private readonly demand: Channel;
  /** A pool's id is made from its spec: what one id names never changes. */
  private readonly specs = new BoundedCache<string, PoolSpec>(CACHED_SPECS);

  /** @param subscriber a connection that only listens; it may be shared. */
  constructor(redis: Redis, subscriber: Redis, keys: Keys, host: string) {
    this.scope = new PoolScope(redis, keys, host);
    this.demand = new Channel(subscriber, keys.demand(host));
  }

  async pools(): Promise<PoolSpec[]> {
    const texts = await this.scope.redis.hvals(this.scope.keys.pools());
    return texts.map(readPoolSpec).filter((spec) => spec !== undefined);
  }

  async snapshot(poolId: string): Promise<PoolSnapshot | undefined> {
    const spec = await this.spec(poolId);
    return spec && snapshotPool(this.scope, spec);
  }

  async succeed(successor: PoolSpec, lastUsed: number): Promise<void> {
    const { redis, keys } = this.scope;
    const entering = redis.multi().hsetnx(keys.pools(), successor.id, JSON.stringify(successor));
    await entering.zadd(keys.poolsUsed(), 'NX', lastUsed, successor.id).exec();
  }

  async create(poolId: string, agentId: string, directory: string): Promise<boolean> {
    const spec = await this.spec(poolId);
    return spec !== undefined && createAgent(this.scope, spec, agentId, directory);
  }

  ready(poolId: string, agentId: string): Promise<boolean> {
    return readyAgent(this.scope, poolId, agentId);
  }

  retire(poolId: string, agentId: string, reason: RetireReason): Promise<boolean> {
    return retireAgent(this.scope, poolId, agentId, reason);
  }

  drain(poolId: string, agentId: string, reason: RetireReason): Promise<boolean> {
    return drainAgent(this.scope, poolId, agentId, reason);
  }

  cleaned(poolId: string, agentId: string): Promise<boolean> {
    return cleanedAgent(this.scope, poolId, agentId);
  }

  remove(poolId: string, agentId: string): Promise<boolean> {
    return removeAgent(this.scope, poolId, agentId);
  }

  async startFailed(poolId: string, agentId: string | undefined, failure: StartFailure): Promise<void> {
    const isAbleElsewhere = failure.broken && (await this.isAbleElsewhere(poolId));
    await noteStartFailure(this.scope, poolId, agentId, failure, isAbleElsewhere);
  }

  died(poolId: string, agentId: string, words: LastWords): Promise<boolean> {
    return noteDeath(this.scope, poolId, agentId, words);
  }

  mended(poolId: string): Promise<void> {
    return mendPool(this.scope, poolId);
  }

  pulling(poolId: string, forMs: number): Promise<void> {
    return notePull(this.scope, poolId, forMs);
  }

  async announce(pressure: readonly HostPressure[] = []): Promise<void> {
    const { redis, keys, host } = this.scope;
    await Promise.all([
      // Only who divides the pools forgets a host, with all that it has.
      announcePresence(redis, keys.hosts(), host, 0),
      tellPressure(redis, keys, host, pressure),
    ]);
  }

  async leave(): Promise<void> {
    await this.scope.redis.zadd(this.scope.keys.hosts(), 0, this.scope.host);
  }

  onDemand(listener: (poolId: string) => void): () => void {
    return this.demand.listen(listener);
  }

  /** Whether there is another host of which nobody knows that agents of the pool do not start there. */
  private async isAbleElsewhere(poolId: string): Promise<boolean> {
    const { redis, keys, host } = this.scope;
    const { hosts, now } = await hostSigns(redis, keys);
    const others = hosts
      .filter(({ heardAt, isDrained, workers }) => now - heardAt < SILENCE_MS && !isDrained && workers > 0)
      .filter(({ name }) => name !== host);
    const broken = await Promise.all(others.map(({ name }) => redis.hget(keys.pool(poolId, name), 'broken')));
    return broken.some((flag) => flag !== '1');
  }

  private async spec(poolId: string): Promise<PoolSpec | undefined> {
    const cached = this.specs.get(poolId);
    if (cached) return cached;
    const text = await this.scope.redis.hget(this.scope.keys.pools(), poolId);
    const spec = text === null ? undefined : readPoolSpec(text);
    if (spec) this.specs.set(poolId, spec);
    return spec;
  }
}
