import type { LimitSlots, LimitStanding, LimitStore, SlotAnswer } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.js';
import { releaseSlots } from './scripts/limit-release.js';
import { renewSlots } from './scripts/limit-renew.js';
import { limitStandings } from './scripts/limit-standings.js';
import { type LimitTimes, takeSlots } from './scripts/limit-take.js';
import { takeToken } from './scripts/limit-token.js';

/** A slot outlives the lease of the agent that its holder uses, and the end of that agent where the holder died. */
export const DEFAULT_LIMIT_TIMES: LimitTimes = {
  ttlMs: 20_000,
  leastMs: 100,
  mostMs: 10_000,
  graceMs: 5_000,
};

/** The limits of the instance in Redis. All of them lie together, so that a lane takes its slots of several at once. */
export class RedisLimitStore implements LimitStore {
  readonly ttlMs: number;

  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly times: LimitTimes = DEFAULT_LIMIT_TIMES,
  ) {
    this.ttlMs = times.ttlMs;
  }

  take(slots: LimitSlots): Promise<SlotAnswer> {
    return takeSlots(this.redis, this.keys, slots, this.times);
  }

  takeToken(slots: LimitSlots): Promise<boolean> {
    return takeToken(this.redis, this.keys, slots);
  }

  renew(slots: LimitSlots): Promise<boolean> {
    return renewSlots(this.redis, this.keys, slots, this.ttlMs);
  }

  release(slots: LimitSlots, { unspent = false } = {}): Promise<string[]> {
    return releaseSlots(this.redis, this.keys, slots, unspent);
  }

  standings(ids?: readonly string[]): Promise<LimitStanding[]> {
    return limitStandings(this.redis, this.keys, ids);
  }

  async announceGlobal(maxParallel: number): Promise<void> {
    const key = this.keys.globalLimit();
    await (maxParallel > 0 ? this.redis.set(key, maxParallel) : this.redis.del(key));
  }

  async global(): Promise<number> {
    return Number((await this.redis.get(this.keys.globalLimit())) ?? 0);
  }
}
