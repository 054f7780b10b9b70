import { type HostDirectory, type HostSigns, hostState, type HostStatus } from '@agentainer/pool';
import type { Redis } from 'ioredis';
import { hostPressures } from './host-pressures.js';
import { hostSigns } from './host-signs.js';
import type { Keys } from './keys.js';

const STATES = ['creating', 'idle', 'leased', 'cleaning', 'draining', 'retiring'] as const;
const NOBODY = { creating: 0, idle: 0, leased: 0, cleaning: 0, draining: 0, retiring: 0 };

/** The hosts, as people look at them and take them out of use. */
export class RedisHostDirectory implements HostDirectory {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  async list(): Promise<HostStatus[]> {
    const [{ hosts, drained, now }, pressed, poolIds] = await Promise.all([
      hostSigns(this.redis, this.keys),
      hostPressures(this.redis, this.keys),
      this.redis.hkeys(this.keys.pools()),
    ]);
    const known = new Set(hosts.map(({ name }) => name));
    const away = [...drained].filter((name) => !known.has(name)).sort();
    const all = [...hosts, ...away.map((name) => ({ name, heardAt: 0, workers: 0, isDrained: true }))];
    return Promise.all(
      all.map(async (signs) => ({
        ...(await this.status(signs, poolIds, now)),
        pressure: pressed.get(signs.name) ?? [],
      })),
    );
  }

  async drain(name: string): Promise<boolean> {
    if ((await this.redis.zscore(this.keys.hosts(), name)) !== null)
      await this.redis.sadd(this.keys.drainedHosts(), name);
    return (await this.redis.sismember(this.keys.drainedHosts(), name)) === 1;
  }

  async resume(name: string): Promise<boolean> {
    const removed = await this.redis.srem(this.keys.drainedHosts(), name);
    return removed === 1 || (await this.redis.zscore(this.keys.hosts(), name)) !== null;
  }

  private async status(signs: HostSigns, poolIds: readonly string[], now: number) {
    const { name, heardAt, workers } = signs;
    const agents = { ...NOBODY };
    for (const id of poolIds) {
      const counts = await this.redis.hmget(this.keys.pool(id, name), ...STATES);
      STATES.forEach((state, i) => (agents[state] += Number(counts[i])));
    }
    const entered = STATES.reduce((sum, state) => sum + agents[state], 0);
    const state = hostState(signs, entered, now);
    return { name, state, heardAt: heardAt === 0 ? undefined : heardAt, workers, agents };
  }
}
