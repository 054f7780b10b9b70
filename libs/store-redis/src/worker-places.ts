import { SILENCE_MS } from '@agentainer/pool';
import type { Redis } from 'ioredis';
import { liveHosts, WORKER_KEPT_MS } from './host-signs.js';
import type { Keys } from './keys.js';
import { redisNow } from './redis-now.js';
import { announcePresence } from './scripts/presence-announce.js';

/** The workers of one host in Redis, and what the host may have of each pool. */
export class RedisWorkerPlaces {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly host: string,
  ) {}

  /** Says that a worker is there; to be repeated while that holds. */
  announce(workerId: string): Promise<void> {
    return announcePresence(this.redis, this.keys.workers(this.host), workerId, WORKER_KEPT_MS);
  }

  async leave(workerId: string): Promise<void> {
    await this.redis.zrem(this.keys.workers(this.host), workerId);
  }

  /** The workers there that are not silent. */
  async workers(): Promise<string[]> {
    const since = (await redisNow(this.redis)) - SILENCE_MS;
    return this.redis.zrangebyscore(this.keys.workers(this.host), since, '+inf');
  }

  /** Whether other hosts are there, too. */
  async isOneOfSeveral(): Promise<boolean> {
    return (await liveHosts(this.redis, this.keys)).some((host) => host !== this.host);
  }

  /** How many agents of each of these pools the host may have. */
  shares(poolIds: readonly string[]): Promise<number[]> {
    const read = async (id: string) =>
      Number(await this.redis.hget(this.keys.pool(id, this.host), 'maxSize'));
    return Promise.all(poolIds.map(read));
  }
}
