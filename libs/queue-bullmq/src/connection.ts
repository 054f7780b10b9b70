import { Redis } from 'ioredis';

/**
 * A connection as BullMQ needs it: it connects at once, as what BullMQ makes of one that does not is broken for
 * good where the first try fails.
 */
export function connectQueue(url: string): Redis {
  const options = { maxRetriesPerRequest: null };
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
