import { graphOf, mermaidOf } from '@agentainer/core';
import { getWorkflowQuerySchema, type RunGraphBody, type WorkflowGraphBody } from '@agentainer/contracts';
import { jsonRoute, type Route } from '../http/route.js';
import type { RunReader } from '../reading/run-reader.js';

/** Definitions as graphs, and how far a run has come in its own. */
export function graphRoutes(runs: RunReader): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/workflows/:id/graph',
      scope: 'read',
      query: getWorkflowQuerySchema,
      answer: async ({ param, query }) => {
        const { id, version, definition } = await runs.workflow(param('id'), query.version);
        const graph = graphOf(definition);
        const body: WorkflowGraphBody = { workflow_id: id, version, ...graph, mermaid: mermaidOf(graph) };
        return { body };
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/runs/:id/graph',
      scope: 'read',
      answer: async ({ param }) => {
        const run = await runs.run(param('id'));
        const { nodes, edges } = graphOf(await runs.definition(run));
        const standings = new Map(
          run.steps.map(({ name, state, total, counts }) => [
            name,
            { state, total, completed: counts.completed },
          ]),
        );
        const standing = nodes.map((node) => {
          const { state: status, total, completed } = standings.get(node.step)!;
          return { ...node, status, total, completed };
        });
        const mermaid = mermaidOf({ nodes, edges }, standings);
        const body: RunGraphBody = { run_id: run.id, nodes: standing, edges, mermaid };
        return { body };
      },
    }),
  ];
}
