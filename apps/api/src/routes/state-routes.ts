import { NotFoundError, stateKeySchema } from '@agentainer/core';
import { putStateRequestSchema, runQuerySchema } from '@agentainer/contracts';
import type { RunRecord } from '@agentainer/engine';
import { jsonRoute, type Route } from '../http/route.js';
import type { Parts } from '../parts.js';
import type { RunReader } from '../reading/run-reader.js';

/** What the tasks of a run share. */
export function stateRoutes({ state }: Parts, runs: RunReader): Route[] {
  const all = async (run: RunRecord) => ({ body: { run_id: run.id, state: await state.all(run.id) } });
  const one = async (run: RunRecord, key: string) => {
    const value = stateKeySchema.safeParse(key).success ? await state.get(run.id, key) : undefined;
    if (value === undefined) throw new NotFoundError('state key', key);
    return { body: { run_id: run.id, key, value } };
  };
  return [
    jsonRoute({
      method: 'GET',
      path: '/runs/:id/state',
      scope: 'read',
      answer: async ({ param }) => all(await runs.run(param('id'))),
    }),
    jsonRoute({
      method: 'GET',
      path: '/runs/:id/state/:key',
      scope: 'read',
      answer: async ({ param }) => one(await runs.run(param('id')), param('key')),
    }),
    jsonRoute({
      method: 'GET',
      path: '/workflows/:id/state',
      scope: 'read',
      query: runQuerySchema,
      answer: async ({ param, query }) => all(await runs.runOf(param('id'), query.run)),
    }),
    jsonRoute({
      method: 'PUT',
      path: '/workflows/:id/state',
      scope: 'write',
      query: runQuerySchema,
      body: putStateRequestSchema,
      answer: async ({ param, query, body }) => {
        const run = await runs.runOf(param('id'), query.run);
        await state.put(run.id, body.state);
        return { body: { run_id: run.id } };
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/workflows/:id/state/:key',
      scope: 'read',
      query: runQuerySchema,
      answer: async ({ param, query }) => one(await runs.runOf(param('id'), query.run), param('key')),
    }),
  ];
}
