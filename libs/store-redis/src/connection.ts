import type { Redis, RedisOptions } from 'ioredis';
import { clientOf } from './redis-look.js';

/**
 * `request` fails within 2 s when Redis is away, so that a person gets an answer; `worker` waits for it to
 * come back; `subscriber` only listens.
 */
export type ConnectionRole = 'request' | 'worker' | 'subscriber';

/** How soon a connection notices that Redis has loaded its data, in milliseconds. */
const LOADED_CHECK_MS = 1_000;

const ROLES: Record<ConnectionRole, RedisOptions> = {
  request: { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 2_000 },
  worker: { maxRetriesPerRequest: null },
  subscriber: { maxRetriesPerRequest: null },
};

/** A connection to Redis that stands once it is used or told to connect, and stands again whenever Redis is there. */
export function openRedis(url: string, role: ConnectionRole): Redis {
  return clientOf(url, {
    ...ROLES[role],
    lazyConnect: true,
    maxLoadingRetryTime: LOADED_CHECK_MS,
    retryStrategy: (times: number) => Math.min(50 * times, 1_000),
  });
}

/** Connects to `redis://…`, `rediss://…` or `unix:///path/of/redis.sock`, and resolves when Redis answers. */
export async function connectRedis(url: string, role: ConnectionRole): Promise<Redis> {
  const redis = openRedis(url, role);
  try {
    await redis.connect();
  } catch (error) {
    // It would go on trying, with nobody left to end it.
    redis.disconnect();
    throw error;
  }
  return redis;
}
