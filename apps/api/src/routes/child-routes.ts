import { listChildrenQuerySchema, listRunsQuerySchema } from '@agentainer/contracts';
import { jsonRoute, type Route } from '../http/route.js';
import type { JobReader } from '../reading/job-reader.js';
import type { RunReader } from '../reading/run-reader.js';
import { runSummaryView } from '../views/run-view.js';

/** The runs that tasks started, by their steps, or by themselves. */
export function childRoutes(runs: RunReader, jobs: JobReader): Route[] {
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
    jsonRoute({
      method: 'GET',
      path: '/jobs/:id/children',
      scope: 'read',
      query: listRunsQuerySchema,
      answer: async ({ param, query }) => {
        const { job } = await jobs.byId(param('id'));
        const of = { ...query, step: job.step_id, index: job.task_id };
        const { items, next_cursor } = await runs.listChildren(await runs.run(job.run_id), of);
        return { body: { items: items.map(runSummaryView), next_cursor } };
      },
    }),
  ];
}
