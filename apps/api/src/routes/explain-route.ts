import type { Definition } from '@agentainer/core';
import { agentNeeds, appliedLimits, explain, fullLimits, type RunRecord } from '@agentainer/engine';
import { jsonRoute, type Route } from '../http/route.js';
import type { Parts } from '../parts.js';
import type { RunReader } from '../reading/run-reader.js';
import { explanationView } from '../views/explanation-view.js';

/** Why the steps of a run wait. Reads only. */
export function explainRoute(parts: Parts, runs: RunReader): Route {
  const { runs: store, outlook } = parts;
  return jsonRoute({
    method: 'GET',
    path: '/runs/:id/explain',
    scope: 'read',
    answer: async ({ param }) => {
      const run = await runs.run(param('id'));
      const definition = await runs.definition(run);
      const retrying = run.steps.filter((step) => step.counts.retrying > 0);
      const [pools, full, dues] = await Promise.all([
        outlook.outlook(agentNeeds(definition, run)),
        limitsInTheWay(parts, run, definition),
        Promise.all(retrying.map((step) => store.nextRetry(run.id, step.name))),
      ]);
      const known = retrying.flatMap(({ name }, i): [string, number][] =>
        dues[i] === undefined ? [] : [[name, dues[i]]],
      );
      const steps = explain(definition, run, { pools, nextRetry: new Map(known), full });
      return { body: explanationView(run, steps) };
    },
  });
}

async function limitsInTheWay({ runs, limits }: Parts, run: RunRecord, definition: Definition) {
  const [limitKeys, global] = await Promise.all([runs.limitKeys(run.id), limits.global()]);
  const applied = appliedLimits({ definition, workflowId: run.workflowId, limitKeys, global });
  return applied.length === 0
    ? []
    : fullLimits(applied, await limits.standings(applied.map(({ id }) => id)), run.readAt);
}
