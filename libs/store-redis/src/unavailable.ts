import { isNativeError } from 'node:util/types';
import { UnavailableError } from '@agentainer/core';

/** What the client library says where Redis cannot be reached, or does not answer in time. */
const OUT_OF_REACH =
  /Stream isn't writeable|Connection is closed|Command timed out|Reached the max retries|connect ETIMEDOUT|Socket timeout/;
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
]);
/** What Redis answers while it starts, is full, cannot write, or is busy with a script. */
const REFUSED =
  /^(?:ERR )?(?:OOM|LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|MISCONF|NOREPLICAS|BUSY|TRYAGAIN) |OOM command not allowed/;

/** How long a caller should wait where Redis is full, in milliseconds: that does not mend by itself soon. */
const FULL_RETRY_MS = 10_000;

/**
 * The error as an {@link UnavailableError} where it says that Redis cannot serve now; undefined for any other.
 */
export function asUnavailable(error: unknown): UnavailableError | undefined {
  if (error instanceof UnavailableError) return error;
  if (!isNativeError(error)) return undefined;
  if (error.name === 'ReplyError') {
    const { previousErrors } = error as { previousErrors?: unknown[] };
    if (error.message.startsWith('EXECABORT') && previousErrors) return asUnavailable(previousErrors[0]);
    if (!REFUSED.test(error.message)) return undefined;
    return error.message.includes('OOM')
      ? new UnavailableError('the store is full', FULL_RETRY_MS, { cause: error })
      : new UnavailableError('the store cannot serve now', undefined, { cause: error });
  }
  return OUT_OF_REACH.test(error.message) || isNetworkFault(error)
    ? new UnavailableError('the store cannot be reached', undefined, { cause: error })
    : undefined;
}

/** ENOENT is one only of a connection: that is how a Unix socket without a server answers. */
function isNetworkFault({ code, syscall }: NodeJS.ErrnoException): boolean {
  return NETWORK_CODES.has(code ?? '') || (code === 'ENOENT' && syscall === 'connect');
}
