import type { Express, RequestHandler } from 'express';
import { authorize } from './authenticate.js';
import { HttpError } from './http-error.js';
import type { Exchange, Route } from './route.js';

/** What every exchange stands on. */
export type ExchangeParts = Pick<Exchange, 'readBody' | 'idempotency'>;

/** Puts the table of routes into an app: exact paths, methods by table, and 404 for all that is left. */
export function mountRoutes(app: Express, routes: readonly Route[], parts: ExchangeParts): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const group = routes.filter((route) => route.path === path);
    const handler = dispatch(path, group, parts);
    if (group.some((route) => route.subtree)) app.use(path, handler);
    else app.all(path, handler);
  }
  app.use(() => {
    throw new HttpError('NOT_FOUND', 'nothing is at this path');
  });
}

/** Answers one path by method. HEAD goes where GET goes. */
function dispatch(path: string, routes: readonly Route[], parts: ExchangeParts): RequestHandler {
  const byMethod = new Map<string, Route>(routes.map((route) => [route.method, route]));
  const get = byMethod.get('GET');
  if (get) byMethod.set('HEAD', get);
  const allow = [...byMethod.keys()].sort().join(', ');
  return async (request, response, next) => {
    response.locals.route = path;
    const route = byMethod.get(request.method);
    if (!route) {
      throw new HttpError('METHOD_NOT_ALLOWED', `${request.method} is not possible here`, { Allow: allow });
    }
    if (route.scope !== 'open') authorize(response, route.scope);
    await route.handle({ request, response, next, ...parts });
  };
}
