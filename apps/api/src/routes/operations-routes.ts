import { withDeadline } from '@agentainer/runtime';
import { jsonRoute, type Route } from '../http/route.js';
import type { Parts } from '../parts.js';

/** How long the store may take to answer before this server counts as not ready, in milliseconds. */
const READY_WITHIN_MS = 1_000;

/** For those that keep the service running. */
export function operationsRoutes({ metrics, ping }: Pick<Parts, 'metrics' | 'ping'>): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/livez',
      scope: 'open',
      answer: () => ({ body: { status: 'ok' } }),
    }),
    jsonRoute({
      method: 'GET',
      path: '/readyz',
      scope: 'open',
      answer: async () => {
        await withDeadline('the store', READY_WITHIN_MS, ping());
        return { body: { status: 'ok' } };
      },
    }),
    {
      method: 'GET',
      path: '/metrics',
      scope: 'read',
      handle: async ({ response }) => {
        response.type(metrics.contentType).send(await metrics.metrics());
      },
    },
  ];
}
