import { mapReduceDefinition } from '@agentainer/core';
import {
  anyJsonSchema,
  getWorkflowQuerySchema,
  listRunsQuerySchema,
  listWorkflowJobsQuerySchema,
  listWorkflowsQuerySchema,
  startRequestSchema,
} from '@agentainer/contracts';
import { checkedDefinition } from '@agentainer/engine';
import type { CreatedAnswer } from '../http/idempotency.js';
import { createRoute, jsonRoute, type Route } from '../http/route.js';
import type { Parts } from '../parts.js';
import type { JobReader } from '../reading/job-reader.js';
import type { RunReader } from '../reading/run-reader.js';
import { runSummaryView, runView } from '../views/run-view.js';
import { workflowSummaryView, workflowView } from '../views/workflow-view.js';
import { type NameOfField, ofMapReduce, permitted } from './permitted-definition.js';

/** Definitions: a version of one never changes. */
export function workflowRoutes(parts: Parts, runs: RunReader): Route[] {
  const { workflows } = parts;
  const create = async (input: unknown, id: string, nameOf?: NameOfField): Promise<CreatedAnswer> => {
    const definition = permitted(await checkedDefinition(workflows, input), parts, nameOf);
    const workflow = await workflows.create(definition, id);
    return { status: 201, headers: { Location: `/workflows/${workflow.id}` }, body: workflowView(workflow) };
  };
  return [
    createRoute({
      method: 'POST',
      path: '/workflows',
      scope: 'write',
      creates: 'wf',
      body: anyJsonSchema,
      answer: async ({ body, newId }) => create(body, newId),
    }),
    createRoute({
      method: 'POST',
      path: '/workflows/mapreduce',
      scope: 'write',
      creates: 'wf',
      body: anyJsonSchema,
      answer: async ({ body, newId }) => create(mapReduceDefinition(body), newId, ofMapReduce),
    }),
    jsonRoute({
      method: 'GET',
      path: '/workflows',
      scope: 'read',
      query: listWorkflowsQuerySchema,
      answer: async ({ query }) => {
        const { items, next_cursor } = await runs.listWorkflows(query);
        return { body: { items: items.map((e) => workflowSummaryView(e.workflow, e.latest)), next_cursor } };
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/workflows/:id',
      scope: 'read',
      query: getWorkflowQuerySchema,
      answer: async ({ param, query: { version } }) => {
        const workflow = await runs.workflow(param('id'), version);
        return { body: workflowView(workflow, await runs.latest(workflow.id)) };
      },
    }),
  ];
}

/** What belongs to the runs of one workflow. */
export function workflowRunRoutes({ starter }: Parts, runs: RunReader, jobs: JobReader): Route[] {
  const start = (method: 'POST' | 'PUT') =>
    createRoute({
      method,
      path: '/workflows/:id/start',
      scope: 'write',
      creates: 'run',
      body: startRequestSchema,
      answer: async ({ param, body, newId }) => {
        const workflow = await runs.workflow(param('id'), body.version);
        const run = await starter.startWorkflow(workflow, body.input, {
          id: newId,
          priority: body.priority,
        });
        // A call that takes over from a dead one may find the run as that one started it.
        const definition = await runs.definition(run);
        return { status: 201, headers: { Location: `/runs/${run.id}` }, body: runView(run, definition) };
      },
    });
  return [
    start('POST'),
    start('PUT'),
    jsonRoute({
      method: 'GET',
      path: '/workflows/:id/runs',
      scope: 'read',
      query: listRunsQuerySchema,
      answer: async ({ param, query }) => {
        const { id } = await runs.workflow(param('id'));
        const { items, next_cursor } = await runs.listRuns(query, id);
        return { body: { items: items.map(runSummaryView), next_cursor } };
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/workflows/:id/jobs',
      scope: 'read',
      query: listWorkflowJobsQuerySchema,
      answer: async ({ param, query: { run, tagged, ...request } }) => {
        if (tagged) return { body: await jobs.listedWith((await runs.workflow(param('id'))).id, request) };
        // The pages after the first stay with its run, whatever was started since.
        const runId = run ?? jobs.runOfCursor(request.cursor);
        return { body: await jobs.ofRun(await runs.runOf(param('id'), runId), request) };
      },
    }),
  ];
}
