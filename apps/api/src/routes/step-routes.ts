import { NotFoundError } from '@agentainer/core';
import { changeStepRequestSchema, listStepResultsQuerySchema } from '@agentainer/contracts';
import { jsonRoute, type Route } from '../http/route.js';
import type { Parts } from '../parts.js';
import type { RunReader } from '../reading/run-reader.js';
import { readResults } from '../reading/step-results.js';
import { progressView } from '../views/progress-view.js';
import { runStepView } from '../views/run-view.js';

/** One step of a run. */
export function stepRoutes({ runs: store, steps }: Parts, runs: RunReader): Route[] {
  const find = async (runId: string, name: string) => {
    const run = await runs.run(runId);
    const step = run.steps.find((s) => s.name === name);
    if (!step) throw new NotFoundError(`step of run ${runId}`, name);
    return { run, step };
  };
  const view = async (runId: string, name: string) => {
    const { run, step } = await find(runId, name);
    const progress = progressView(runId, name, await store.progress(runId, name));
    return {
      body: runStepView(run, step, await runs.definition(run)),
      field: { name: 'progress', value: progress },
    };
  };
  return [
    jsonRoute({
      method: 'GET',
      path: '/runs/:id/steps/:step',
      scope: 'read',
      answer: ({ param }) => view(param('id'), param('step')),
    }),
    jsonRoute({
      method: 'PATCH',
      path: '/runs/:id/steps/:step',
      scope: 'write',
      body: changeStepRequestSchema,
      answer: async ({ param, body }) => {
        const { run, step } = await find(param('id'), param('step'));
        const { max_parallel: maxParallel, failure_tolerance: failureTolerance } = body;
        await steps.change(run.id, step.name, { maxParallel, failureTolerance });
        return view(run.id, step.name);
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/runs/:id/steps/:step/results',
      scope: 'read',
      query: listStepResultsQuerySchema,
      answer: async ({ param, query }) => {
        const { run, step } = await find(param('id'), param('step'));
        const { items, next_cursor } = readResults(store, run, step, query);
        return { body: { next_cursor }, field: { name: 'items', value: items } };
      },
    }),
  ];
}
