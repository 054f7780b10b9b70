import { type RerunRequest, rerunRequestSchema } from '@agentainer/contracts';
import type { RerunScope } from '@agentainer/engine';
import { createRoute, type Route } from '../http/route.js';
import type { Parts } from '../parts.js';
import type { RunReader } from '../reading/run-reader.js';
import { runView } from '../views/run-view.js';

/** Runs that repeat others. */
export function rerunRoutes({ rerunner }: Parts, runs: RunReader): Route[] {
  return [
    createRoute({
      method: 'POST',
      path: '/runs/:id/rerun',
      scope: 'write',
      creates: 'run',
      body: rerunRequestSchema,
      answer: async ({ param, body, newId }) => {
        const { id } = await runs.run(param('id'));
        const run = await rerunner.rerun(id, { id: newId, scope: scopeOf(body), input: body.input });
        return {
          status: 201,
          headers: { Location: `/runs/${run.id}` },
          body: runView(run, await runs.definition(run)),
        };
      },
    }),
  ];
}

function scopeOf({ failed_only, from_step }: NonNullable<RerunRequest>): RerunScope {
  if (failed_only) return { kind: 'failed_only' };
  return from_step === undefined ? { kind: 'whole' } : { kind: 'from_step', step: from_step };
}
