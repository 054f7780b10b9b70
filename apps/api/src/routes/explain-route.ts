import { explain } from '@agentainer/engine';
import { jsonRoute, type Route } from '../http/route.js';
import type { Parts } from '../parts.js';
import type { RunReader } from '../reading/run-reader.js';
import { explanationView } from '../views/explanation-view.js';

/** Why the steps of a run wait. Reads only. */
export function explainRoute({ runs: store, pools }: Parts, runs: RunReader): Route {
  return jsonRoute({
    method: 'GET',
    path: '/runs/:id/explain',
    scope: 'read',
    answer: async ({ param }) => {
      const run = await runs.run(param('id'));
      const definition = await runs.definition(run);
      const retrying = run.steps.filter((step) => step.counts.retrying > 0);
      const [standings, dues] = await Promise.all([
        pools.list(),
        Promise.all(retrying.map((step) => store.nextRetry(run.id, step.name))),
      ]);
      const known = retrying.flatMap(({ name }, i): [string, number][] =>
        dues[i] === undefined ? [] : [[name, dues[i]]],
      );
      const steps = explain(definition, run, { pools: standings, nextRetry: new Map(known) });
      return { body: explanationView(run, steps) };
    },
  });
}
