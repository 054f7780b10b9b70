import type { Logger, Registry } from '@agentainer/runtime';
import express, { type Express } from 'express';
import { authenticate, type KeyVerifier } from './http/authenticate.js';
import { bodyReader } from './http/body.js';
import { mountRoutes } from './http/dispatch.js';
import { fail } from './http/fail.js';
import { harden } from './http/harden.js';
import type { IdempotencyKeys } from './http/idempotency.js';
import { measure } from './http/measure.js';
import { OpenPaths } from './http/open-paths.js';
import type { Route } from './http/route.js';

export interface AppOptions {
  keys: KeyVerifier;
  idempotency: IdempotencyKeys;
  logger: Logger;
  metrics: Registry;
  /** Bytes of a request's body, at most. */
  bodyLimit: number;
}

/** The HTTP surface of a table of routes. Nothing answers before the caller is known, but the open routes. */
export function createApp(routes: readonly Route[], options: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.set('query parser', false);
  app.use(measure(options.metrics), harden, authenticate(options.keys, new OpenPaths(routes)));
  mountRoutes(app, routes, {
    readBody: bodyReader(options.bodyLimit),
    idempotency: options.idempotency,
  });
  app.use(fail(options.logger));
  return app;
}
