import { allowsScope, type Scope } from '@agentainer/contracts';
import type { RequestHandler, Response } from 'express';
import { isForBrowsers, keyOf, rawPath } from './credentials.js';
import { HttpError } from './http-error.js';
import type { OpenPaths } from './open-paths.js';

/** Who asks. */
export interface Caller {
  id: string;
  scopes: readonly Scope[];
}

/** Knows API keys. */
export interface KeyVerifier {
  /** Undefined for a key that does not count. */
  verify(key: string): Promise<Caller | undefined>;
}

/**
 * Lets nothing pass without a key but the open paths, compared as they came over the wire.
 * It stands before everything else, so that what it does not know is closed.
 */
export function authenticate(keys: KeyVerifier, openPaths: OpenPaths): RequestHandler {
  return async (request, response, next) => {
    const path = rawPath(request);
    if (!openPaths.has(request.method, path))
      response.locals.caller = await identify(keys, keyOf(request), isForBrowsers(path));
    next();
  };
}

async function identify(keys: KeyVerifier, key: string | undefined, browser: boolean): Promise<Caller> {
  const caller = key === undefined ? undefined : await keys.verify(key);
  if (caller) return caller;
  const scheme = browser ? 'Basic' : 'Bearer';
  throw new HttpError(
    'UNAUTHENTICATED',
    key === undefined ? 'an API key is needed' : 'the API key is not valid',
    {
      'WWW-Authenticate': `${scheme} realm="agentainer"`,
    },
  );
}

/** @throws {HttpError} FORBIDDEN where the caller's key does not have the scope. */
export function authorize(response: Response, scope: Scope): void {
  const caller = response.locals.caller as Caller | undefined;
  if (caller && allowsScope(caller.scopes, scope)) return;
  throw new HttpError('FORBIDDEN', `this needs a key with the scope "${scope}"`);
}
