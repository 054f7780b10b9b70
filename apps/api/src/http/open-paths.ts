import type { Route } from './route.js';

/**
 * Says what may be asked for without a key: GET and HEAD of the open paths, compared as they came over the wire, and
 * the methods of those open routes that say themselves which spelling of their path is meant.
 */
export class OpenPaths {
  private readonly exact: ReadonlySet<string>;
  private readonly patterns: readonly { method: string; path: RegExp }[];

  constructor(routes: readonly Route[]) {
    const open = routes.filter((route) => route.scope === 'open');
    this.exact = new Set(open.filter((route) => !route.openPath).map((route) => route.path));
    this.patterns = open.flatMap(({ method, openPath }) => (openPath ? [{ method, path: openPath }] : []));
  }

  has(method: string, rawPath: string): boolean {
    const asked = method === 'HEAD' ? 'GET' : method;
    if (asked === 'GET' && this.exact.has(rawPath)) return true;
    return this.patterns.some((open) => open.method === asked && open.path.test(rawPath));
  }
}
