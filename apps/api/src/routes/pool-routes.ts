import { resizePoolRequestSchema, warmPoolRequestSchema } from '@agentainer/contracts';
import { jsonRoute, type Route } from '../http/route.js';
import type { Parts } from '../parts.js';
import { poolDetailsView, poolView } from '../views/pool-view.js';

/** Pools, and what operators do to them. */
export function poolRoutes({ pools }: Pick<Parts, 'pools'>): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/pools',
      scope: 'read',
      answer: async () => ({ body: { items: (await pools.list()).map(poolView) } }),
    }),
    jsonRoute({
      method: 'GET',
      path: '/pools/:id',
      scope: 'read',
      answer: async ({ param }) => ({ body: poolDetailsView(await pools.get(param('id'))) }),
    }),
    jsonRoute({
      method: 'POST',
      path: '/pools/:id/drain',
      scope: 'admin',
      answer: async ({ param }) => ({ body: poolDetailsView(await pools.drain(param('id'))) }),
    }),
    jsonRoute({
      method: 'POST',
      path: '/pools/:id/resume',
      scope: 'admin',
      answer: async ({ param }) => ({ body: poolDetailsView(await pools.resume(param('id'))) }),
    }),
    jsonRoute({
      method: 'POST',
      path: '/pools/:id/warm',
      scope: 'admin',
      body: warmPoolRequestSchema,
      answer: async ({ param, body }) => ({
        body: poolDetailsView(await pools.warm(param('id'), body.count, body.for)),
      }),
    }),
    jsonRoute({
      method: 'POST',
      path: '/pools/:id/resize',
      scope: 'admin',
      body: resizePoolRequestSchema,
      answer: async ({ param, body }) => ({
        body: poolDetailsView(await pools.resize(param('id'), body)),
      }),
    }),
  ];
}
