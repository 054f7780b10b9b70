import { Redis, type RedisOptions } from 'ioredis';
import { asUnavailable } from './unavailable.js';

/** Milliseconds that Redis has to let a process in, and then to answer. */
const ANSWER_MS = 2_000;
const OLDEST_VERSION = 7;

/** Redis is there, and can't be used by this process: waiting does not help. */
export class RedisRefusalError extends Error {
  readonly code = 'REDIS_REFUSAL';

  constructor(address: string, reason: string, options?: ErrorOptions) {
    super(`Redis at ${address} cannot be used: ${reason}`, options);
    this.name = 'RedisRefusalError';
  }
}

/** A client of `redis://…`, `rediss://…` or `unix:///path/of/redis.sock`. */
export function clientOf(url: string, options: RedisOptions): Redis {
  const client = url.startsWith('unix://')
    ? new Redis({ ...options, path: url.slice('unix://'.length) })
    : new Redis(url, options);
  // Without a listener ioredis prints each failed connection; every command reports its own failure anyway.
  client.on('error', () => undefined);
  return client;
}

/** A URL without what has to be kept secret in it. */
export function addressOf(url: string): string {
  return url.replace(/^(\w+:\/\/)[^/]*@/, '$1').replace(/\?.*$/, '');
}

/** What an error says; that of a name with several addresses says nothing itself, and has one for each of them. */
export function reasonOf(error: Error): string {
  const { errors = [] } = error as Partial<AggregateError>;
  return error.message || (errors as Error[]).map(({ message }) => message).join(', ') || error.name;
}

/**
 * Why Redis is away: it cannot be reached, does not answer, or still loads its data; undefined where it answers.
 * @throws {RedisRefusalError} where it answers that it does not take this process, or is too old
 */
export async function lookForRedis(url: string, stopping?: AbortSignal): Promise<string | undefined> {
  try {
    const info = await infoOf(url, stopping);
    if (info.get('loading') === '1') return 'it still loads its data';
    const version = info.get('redis_version');
    if (version !== undefined && parseInt(version) < OLDEST_VERSION)
      throw new Error(`it is of version ${version}, and ${OLDEST_VERSION} or later is needed`);
    return undefined;
  } catch (error) {
    const reason = reasonOf(error as Error);
    if (asUnavailable(error)) return reason;
    throw new RedisRefusalError(addressOf(url), reason, { cause: error });
  }
}

/** What Redis says of itself, over a connection of its own that is not tried again. */
async function infoOf(url: string, stopping?: AbortSignal): Promise<Map<string, string>> {
  const client = clientOf(url, {
    lazyConnect: true,
    enableReadyCheck: false,
    disableClientInfo: true,
    connectTimeout: ANSWER_MS,
    commandTimeout: ANSWER_MS,
    retryStrategy: () => null,
  });
  // A connection that is refused merely says that it is closed; why, it says here.
  let fault: Error | undefined;
  const end = () => client.disconnect();
  stopping?.addEventListener('abort', end);
  client.on('error', (error: Error) => (fault = error));
  try {
    await client.connect();
    const info = await client.info();
    if (fault) throw fault;
    const fields = info.split('\r\n').map((line) => line.split(':', 2) as [string, string]);
    return new Map(fields);
  } catch (error) {
    throw fault ?? error;
  } finally {
    stopping?.removeEventListener('abort', end);
    end();
  }
}
