import { eventsQuerySchema, listJobsQuerySchema, listRunsQuerySchema } from '@agentainer/contracts';
import { RunValues } from '@agentainer/engine';
import type { Answer } from '../http/answer.js';
import { jsonRoute, type Route } from '../http/route.js';
import type { Parts } from '../parts.js';
import type { JobReader } from '../reading/job-reader.js';
import type { RunReader } from '../reading/run-reader.js';
import { runEventView, runSummaryView, runView } from '../views/run-view.js';

/** Executions. */
export function runRoutes({ runs: store }: Parts, runs: RunReader, jobs: JobReader): Route[] {
  /** With its result once it is completed, which is sent as it is read. */
  const whole = async (id: string): Promise<Answer> => {
    const run = await runs.run(id);
    const definition = await runs.definition(run);
    const body = runView(run, definition);
    if (run.state !== 'completed') return { body };
    return { body, field: { name: 'result', value: await new RunValues(store, id, definition).ofRun() } };
  };
  return [
    jsonRoute({
      method: 'GET',
      path: '/runs',
      scope: 'read',
      query: listRunsQuerySchema,
      answer: async ({ query }) => {
        const { items, next_cursor } = await runs.listRuns(query);
        return { body: { items: items.map(runSummaryView), next_cursor } };
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/runs/:id',
      scope: 'read',
      answer: ({ param }) => whole(param('id')),
    }),
    jsonRoute({
      method: 'GET',
      path: '/runs/:id/jobs',
      scope: 'read',
      query: listJobsQuerySchema,
      answer: async ({ param, query }) => ({ body: await jobs.ofRun(await runs.run(param('id')), query) }),
    }),
    jsonRoute({
      method: 'GET',
      path: '/runs/:id/events',
      scope: 'read',
      query: eventsQuerySchema,
      answer: async ({ param, query: { limit, cursor } }) => {
        const { id } = await runs.run(param('id'));
        const events = await store.events(id, cursor, limit);
        const next_cursor = events.length < limit ? null : String(events.at(-1)!.id);
        return { body: { items: events.map(runEventView), next_cursor } };
      },
    }),
  ];
}
