import { listChildrenQuerySchema } from '@agentainer/contracts';
import { jsonRoute, type Route } from '../http/route.js';
import type { RunReader } from '../reading/run-reader.js';
import { runSummaryView } from '../views/run-view.js';

/** The runs that tasks of a run started. */
export function childRoutes(runs: RunReader): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/runs/:id/children',
      scope: 'read',
      query: listChildrenQuerySchema,
      answer: async ({ param, query }) => {
        const { items, next_cursor } = await runs.listChildren(await runs.run(param('id')), query);
        return { body: { items: items.map(runSummaryView), next_cursor } };
      },
    }),
  ];
}
