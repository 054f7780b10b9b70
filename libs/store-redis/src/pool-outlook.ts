import type { TaskError } from '@agentainer/core';
import type { AgentNeed, PoolOutlook, PoolOutlookReader, PoolStanding } from '@agentainer/engine';
import { SILENCE_MS } from '@agentainer/pool';
import type { Redis } from 'ioredis';
import { hostPressures } from './host-pressures.js';
import { hostSigns } from './host-signs.js';
import type { Keys } from './keys.js';
import { PoolOverrides } from './pool-overrides.js';

const STATES = ['creating', 'idle', 'leased', 'cleaning', 'draining', 'retiring'] as const;

/** How hosts and pools stand, as far as somebody's need of an agent goes. Nothing is written. */
export class RedisPoolOutlook implements PoolOutlookReader {
  private readonly overrides: PoolOverrides;

  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {
    this.overrides = new PoolOverrides(redis, keys);
  }

  async outlook(needs: readonly AgentNeed[]): Promise<PoolOutlook> {
    const [{ hosts: known, now }, pressed] = await Promise.all([
      hostSigns(this.redis, this.keys),
      hostPressures(this.redis, this.keys),
    ]);
    const hosts = known
      .filter(({ heardAt }) => now - heardAt < SILENCE_MS)
      .map(({ name, workers, isDrained }) => ({
        ...{ name, workers, isDrained },
        pressure: pressed.get(name) ?? [],
      }));
    const ids = [...new Set(needs.map(({ pool }) => pool))];
    const standings = ids.flatMap((id) => {
      const realms = needs.filter(({ pool }) => pool === id).map(({ realm }) => realm);
      return hosts.map(({ name }) => this.standing(id, name, realms));
    });
    return { hosts, pools: await Promise.all(standings) };
  }

  private async standing(id: string, host: string, realms: readonly string[]): Promise<PoolStanding> {
    const key = this.keys.pool(id, host);
    const fields = ['maxSize', 'error', 'failures', 'retryAt', 'pullingUntil', 'trial', ...STATES];
    const [read, waiting, idleForAny, override, ...idle] = await Promise.all([
      this.redis.hmget(key, ...fields),
      this.redis.zcard(`${key}:waiters`),
      this.redis.llen(`${key}:idle`),
      this.overrides.of(id),
      ...realms.map((realm) => (realm === '' ? 0 : this.redis.llen(`${key}:idle:${realm}`))),
    ]);
    const [maxSize, error, failures, retryAt, pullingUntil, trial, ...counts] = read;
    return {
      ...{ id, host, drained: override.drained, waiting },
      share: { max_size: Number(maxSize ?? 0) },
      agents: Object.fromEntries(
        STATES.map((state, i) => [state, Number(counts[i] ?? 0)]),
      ) as PoolStanding['agents'],
      idleFor: new Map(realms.map((realm, i) => [realm, idleForAny + idle[i]!])),
      ...(error ? { error: JSON.parse(error) as TaskError } : {}),
      failures: Number(failures ?? 0),
      retryAt: Number(retryAt ?? 0),
      pullingUntil: Number(pullingUntil ?? 0),
      onTrial: trial === '1',
    };
  }
}
