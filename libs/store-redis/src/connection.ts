import { Redis, type RedisOptions } from 'ioredis';

/**
 * `request` fails within 2 s when Redis is away, so that a person gets an answer; `worker` waits for it to
 * come back; `subscriber` only listens.
 */
export type ConnectionRole = 'request' | 'worker' | 'subscriber';

const ROLES: Record<ConnectionRole, RedisOptions> = {
  request: { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 2_000, lazyConnect: true },
  worker: { maxRetriesPerRequest: null, lazyConnect: true },
  subscriber: { maxRetriesPerRequest: null, lazyConnect: true },
};

/** Connects to `redis://…`, `rediss://…` or `unix:///path/of/redis.sock`, and resolves when Redis answers. */
export async function connectRedis(url: string, role: ConnectionRole): Promise<Redis> {
  const options = { ...ROLES[role], retryStrategy: (times: number) => Math.min(50 * times, 1_000) };
  const redis = url.startsWith('unix://')
    ? new Redis({ ...options, path: url.slice('unix://'.length) })
    : new Redis(url, options);
  // Without a listener ioredis prints each failed connection; every command reports its own failure anyway.
  redis.on('error', () => undefined);
  try {
    await redis.connect();
  } catch (error) {
    // It would go on trying, with nobody left to end it.
    redis.disconnect();
    throw error;
  }
  return redis;
}
