import { awaitArrival, type Logger, type ProcessConfig, type Service } from '@agentainer/runtime';
import type { Redis } from 'ioredis';
import { type ConnectionRole, openRedis } from './connection.js';
import { addressOf, lookForRedis } from './redis-look.js';

/** How long connections may take to stand once Redis answers, before it is looked at again, in milliseconds. */
const STAND_MS = 2_000;

export type RedisSettings = Pick<ProcessConfig, 'redisUrl' | 'redisWaitMs'>;

/**
 * The connections of a process to its Redis. They are made at once, and stand once {@link arrival} has started:
 * so a process can be wired, and say that it lives, while Redis is away.
 */
export class RedisConnections {
  private readonly opened: Redis[] = [];
  private reason: string | undefined;

  constructor(
    private readonly settings: RedisSettings,
    private readonly logger: Logger,
  ) {}

  open(role: ConnectionRole): Redis {
    const redis = openRedis(this.settings.redisUrl, role);
    this.opened.push(redis);
    return redis;
  }

  /** Why this process is not ready for work; undefined while all connections stand. */
  get fault(): string | undefined {
    if (this.opened.every(stands)) return undefined;
    return this.reason ?? 'a connection to Redis does not stand';
  }

  /**
   * Starts once Redis is there. What needs nothing of Redis comes before it in a process, all else behind it.
   * `start` throws {@link AwayError} where that takes too long, and {@link RedisRefusalError} where waiting does not help.
   */
  arrival(): Service {
    const { redisUrl, redisWaitMs: withinMs } = this.settings;
    const what = `Redis at ${addressOf(redisUrl)}`;
    return {
      name: 'arrival of Redis',
      start: (stopping) =>
        awaitArrival({ what, withinMs, look: (end) => this.look(end), logger: this.logger }, stopping),
      stop: () => Promise.resolve(),
    };
  }

  close(): void {
    for (const redis of this.opened) redis.disconnect();
  }

  private async look(stopping?: AbortSignal): Promise<string | undefined> {
    this.reason = await lookForRedis(this.settings.redisUrl, stopping);
    if (this.reason !== undefined) return this.reason;
    const standing = await Promise.all(this.opened.map((redis) => toStand(redis, stopping)));
    return standing.every(Boolean) ? undefined : 'it answers, but takes no further connections';
  }
}

function stands({ status }: Redis): boolean {
  return status === 'ready';
}

/** Whether a connection stands within {@link STAND_MS}; it goes on trying where it does not. */
function toStand(redis: Redis, stopping?: AbortSignal): Promise<boolean> {
  if (stands(redis)) return Promise.resolve(true);
  if (redis.status === 'wait') redis.connect().catch(() => undefined);
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      redis.off('ready', end);
      redis.off('end', end);
      stopping?.removeEventListener('abort', end);
      resolve(stands(redis));
    };
    const timer = setTimeout(end, STAND_MS);
    redis.on('ready', end);
    // Somebody closed it.
    redis.on('end', end);
    stopping?.addEventListener('abort', end);
  });
}
