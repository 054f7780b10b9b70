import { Redis } from 'ioredis';

/** A connection as BullMQ needs it. It does not connect before it is used. */
export function connectQueue(url: string): Redis {
  const options = { maxRetriesPerRequest: null, lazyConnect: true };
  const redis = url.startsWith('unix://')
    ? new Redis({ ...options, path: url.slice('unix://'.length) })
    : new Redis(url, options);
  redis.on('error', () => undefined);
  return redis;
}

/** BullMQ's keys stand beside ours. */
export function queuePrefix(prefix: string): string {
  return `${prefix}:bull`;
}
