import type { PoolSpec, TaskError } from '@agentainer/core';
import {
  type GivenShare,
  type HostShare,
  type HostSigns,
  type HostStore,
  type Share,
  sizeToDivide,
  type StartTrouble,
} from '@agentainer/pool';
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

const NOTES = ['trial', 'broken', 'error'] as const;
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

  share(poolId: string, host: string, share: Share & Partial<GivenShare>): Promise<number> {
    return sharePool(new PoolScope(this.redis, this.keys, host), poolId, share);
  }

  async forget({ name, heardAt }: HostSigns, poolIds: readonly string[]): Promise<number> {
    const scope = new PoolScope(this.redis, this.keys, name);
    let agents = 0;
    for (const id of poolIds) agents += await losePool(scope, id);
    await this.redis.del(this.keys.hostImages(name));
    await this.redis.hdel(this.keys.hostPressure(), name);
    await forgetHost(this.redis, this.keys, name, heardAt);
    return agents;
  }

  onDemand(listener: (poolId: string) => void): () => void {
    return this.demand.listen(listener);
  }

  private async shareOf(poolId: string, host: string): Promise<HostShare> {
    const key = this.keys.pool(poolId, host);
    const [trial, broken, error, ...sizes] = await this.redis.hmget(key, ...NOTES, ...SHARE_FIELDS);
    const [min_size, max_size, ...counts] = sizes.map(Number) as [number, number, ...number[]];
    const agents = counts.reduce((sum, count) => sum + count, 0);
    return { host, min_size, max_size, agents, onTrial: trial === '1', trouble: troubleOf(broken, error) };
  }
}

function troubleOf(
  broken: string | null | undefined,
  error: string | null | undefined,
): StartTrouble | undefined {
  if (!error) return undefined;
  if (broken === '1') return 'starts_fail';
  return (JSON.parse(error) as TaskError).code === 'ENGINE_AWAY' ? 'engine_away' : undefined;
}
