import { NotFoundError } from '@agentainer/core';
import { anyJsonSchema } from '@agentainer/contracts';
import { checkedDefinition } from '@agentainer/engine';
import { jsonRoute, type Route } from '../http/route.js';
import type { Parts } from '../parts.js';
import type { RunReader } from '../reading/run-reader.js';
import { momentView } from '../views/time-view.js';
import { workflowView } from '../views/workflow-view.js';
import { permitted } from './permitted-definition.js';

/** Versions of a workflow: another definition is another version, and runs keep the one they were started with. */
export function versionRoutes(parts: Parts, runs: RunReader): Route[] {
  const { workflows } = parts;
  return [
    jsonRoute({
      method: 'PUT',
      path: '/workflows/:id',
      scope: 'write',
      body: anyJsonSchema,
      answer: async ({ param, body }) => {
        const { id } = await runs.workflow(param('id'));
        const definition = permitted(await checkedDefinition(workflows, body), parts);
        const workflow = await workflows.update(id, definition);
        if (!workflow) throw new NotFoundError('workflow', id);
        return { body: workflowView(workflow, await runs.latest(id)) };
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/workflows/:id/versions',
      scope: 'read',
      answer: async ({ param }) => {
        const { id } = await runs.workflow(param('id'));
        const versions = (await workflows.versions(id)) ?? [];
        const items = versions.map(({ version, createdAt }) => ({
          version,
          created_at: momentView(createdAt),
        }));
        return { body: { items } };
      },
    }),
  ];
}
