import { runQuerySchema } from '@agentainer/contracts';
import type { RunRecord } from '@agentainer/engine';
import type { Answer } from '../http/answer.js';
import { jsonRoute, type Route } from '../http/route.js';
import type { Parts } from '../parts.js';
import type { RunReader } from '../reading/run-reader.js';
import { runView } from '../views/run-view.js';

/** What is asked of runs that are under way, by their id or by that of their workflow, and deletion. */
export function controlRoutes({ control }: Parts, runs: RunReader): Route[] {
  const actions = [
    { name: 'cancel', methods: ['POST'], act: (id: string) => control.cancel(id) },
    { name: 'pause', methods: ['POST', 'PUT'], act: (id: string) => control.pause(id) },
    { name: 'resume', methods: ['POST', 'PUT'], act: (id: string) => control.resume(id) },
  ] as const;
  const answerOf = async (run: RunRecord): Promise<Answer> => ({
    body: runView(run, await runs.definition(run)),
  });
  return [
    ...actions.flatMap(({ name, methods, act }) =>
      methods.flatMap((method) => [
        jsonRoute({
          method,
          path: `/runs/:id/${name}`,
          scope: 'write',
          answer: async ({ param }) => answerOf(await act((await runs.run(param('id'))).id)),
        }),
        jsonRoute({
          method,
          path: `/workflows/:id/${name}`,
          scope: 'write',
          query: runQuerySchema,
          answer: async ({ param, query }) =>
            answerOf(await act((await runs.runOf(param('id'), query.run)).id)),
        }),
      ]),
    ),
    ...deletionRoutes(control, runs),
  ];
}

function deletionRoutes(control: Parts['control'], runs: RunReader): Route[] {
  return [
    jsonRoute({
      method: 'DELETE',
      path: '/runs/:id',
      scope: 'write',
      answer: async ({ param }) => {
        const { id } = await runs.run(param('id'));
        return { body: { id, deleted: await control.delete(id) } };
      },
    }),
    jsonRoute({
      method: 'DELETE',
      path: '/workflows/:id',
      scope: 'write',
      answer: async ({ param }) => {
        const { id } = await runs.workflow(param('id'));
        return { body: { id, deleted: await control.deleteWorkflow(id) } };
      },
    }),
  ];
}
