import type { IncomingMessage } from 'node:http';

/** Where a browser may send its key as a password; nowhere else, so that no other page can make it act. */
export const BROWSER_PATH = '/queues';

/** The path as it came over the wire, before anything is decoded or normalised. */
export function rawPath(request: IncomingMessage & { originalUrl?: string }): string {
  return (request.originalUrl ?? request.url ?? '').split('?', 1)[0]!;
}

/** Whether a path is for browsers. */
export function isForBrowsers(path: string): boolean {
  return path === BROWSER_PATH || path.startsWith(`${BROWSER_PATH}/`);
}

/** The API key that a request carries: as a bearer token, in X-API-Key, or as the password of a browser. */
export function keyOf(request: IncomingMessage): string | undefined {
  const { authorization } = request.headers;
  if (authorization === undefined) return single(request.headers['x-api-key']);
  const [, scheme, credentials] = /^(\S+) +(\S+)$/.exec(authorization) ?? [];
  if (scheme?.toLowerCase() === 'bearer') return credentials;
  if (scheme?.toLowerCase() !== 'basic' || !isForBrowsers(rawPath(request))) return undefined;
  const pair = Buffer.from(credentials!, 'base64').toString();
  return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : undefined;
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}
