import { listAlertsQuerySchema } from '@agentainer/contracts';
import { jsonRoute, type Route } from '../http/route.js';
import type { Parts } from '../parts.js';
import { alertView } from '../views/alert-view.js';

/** What operators should know of. */
export function alertRoutes({ alerts }: Pick<Parts, 'alerts'>): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/alerts',
      scope: 'read',
      query: listAlertsQuerySchema,
      answer: async ({ query }) => ({
        body: { items: (await alerts.alerts(query.limit)).map(alertView) },
      }),
    }),
  ];
}
