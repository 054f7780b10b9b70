import type { PoolSpec } from '@agentainer/core';
import { type HostShare, type HostSigns, type HostStore, type Share, sizeToDivide } from '@agentainer/pool';
import type { Redis } from 'ioredis';
import { Channel } from './channel.js';
import { hostSigns } from './host-signs.js';
import type { Keys } from './keys.js';
import { PoolOverrides } from './pool-overrides.js';
import { PoolScope } from './pool-scope.js';
import { readPoolSpec } from './pool-spec.js';
import { forgetHost } from './scripts/host-forget.js';
import { losePool } from './scripts/pool-lose.js';
import { sharePool } from './scripts/pool-share.js';

const SHARE_FIELDS = ['minSize', 'maxSize', 'creating', 'idle', 'leased', 'draining', 'retiring'] as const;

/** Hosts in Redis, as the one sees them that divides pools among them. */
export class RedisHostStore implements HostStore {
  private readonly demand: Channel;
  private readonly overrides: PoolOverrides;

  /**
   * @param subscriber a connection that only listens; it may be shared
   * @param host the host of this process
   */
  constructor(
    private readonly redis: Redis,
    subscriber: Redis,
    private readonly keys: Keys,
    host: string,
  ) {
    this.demand = new Channel(subscriber, keys.demand(host));
    this.overrides = new PoolOverrides(redis, keys);
  }

  async hosts(): Promise<HostSigns[]> {
    return (await hostSigns(this.redis, this.keys)).hosts;
  }

  async pools(): Promise<PoolSpec[]> {
    const [texts, overrideOf] = await Promise.all([
      this.redis.hvals(this.keys.pools()),
      this.overrides.reader(),
    ]);
    return texts
      .map(readPoolSpec)
      .filter((spec) => spec !== undefined)
      .map(({ config, ...spec }) => {
        return { ...spec, config: { ...config, ...sizeToDivide(config, overrideOf(spec.id)) } };
      });
  }

  shares(poolIds: readonly string[], hosts: readonly string[]): Promise<HostShare[][]> {
    return Promise.all(poolIds.map((id) => Promise.all(hosts.map((host) => this.shareOf(id, host)))));
  }

  share(poolId: string, host: string, share: Share): Promise<number> {
    return sharePool(new PoolScope(this.redis, this.keys, host), poolId, share);
  }

  async forget({ name, heardAt }: HostSigns, poolIds: readonly string[]): Promise<number> {
    const scope = new PoolScope(this.redis, this.keys, name);
    let agents = 0;
    for (const id of poolIds) agents += await losePool(scope, id);
    await this.redis.del(this.keys.hostImages(name));
    await this.redis.srem(this.keys.pressedHosts(), name);
    await forgetHost(this.redis, this.keys, name, heardAt);
    return agents;
  }

  onDemand(listener: (poolId: string) => void): () => void {
    return this.demand.listen(listener);
  }

  private async shareOf(poolId: string, host: string): Promise<HostShare> {
    const fields = await this.redis.hmget(this.keys.pool(poolId, host), ...SHARE_FIELDS);
    const [min_size, max_size, ...counts] = fields.map(Number) as [number, number, ...number[]];
    return { host, min_size, max_size, agents: counts.reduce((sum, count) => sum + count, 0) };
  }
}
