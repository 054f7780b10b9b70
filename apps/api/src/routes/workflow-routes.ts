import { mapReduceDefinition, validateDefinition } from '@agentainer/core';
import {
  anyJsonSchema,
  listRunsQuerySchema,
  listWorkflowJobsQuerySchema,
  listWorkflowsQuerySchema,
  startRequestSchema,
} from '@agentainer/contracts';
import type { Answer } from '../http/answer.js';
import { jsonRoute, type Route } from '../http/route.js';
import type { Parts } from '../parts.js';
import type { JobReader } from '../reading/job-reader.js';
import type { RunReader } from '../reading/run-reader.js';
import { runSummaryView, runView } from '../views/run-view.js';
import { workflowSummaryView, workflowView } from '../views/workflow-view.js';

/** Definitions: made once, never changed. */
export function workflowRoutes({ workflows }: Parts, runs: RunReader): Route[] {
  const create = async (input: unknown): Promise<Answer> => {
    const workflow = await workflows.create(validateDefinition(input));
    return { status: 201, headers: { Location: `/workflows/${workflow.id}` }, body: workflowView(workflow) };
  };
  return [
    jsonRoute({
      method: 'POST',
      path: '/workflows',
      scope: 'write',
      body: anyJsonSchema,
      answer: ({ body }) => create(body),
    }),
    jsonRoute({
      method: 'POST',
      path: '/workflows/mapreduce',
      scope: 'write',
      body: anyJsonSchema,
      answer: ({ body }) => create(mapReduceDefinition(body)),
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
      answer: async ({ param }) => {
        const workflow = await runs.workflow(param('id'));
        return { body: workflowView(workflow, await runs.latest(workflow.id)) };
      },
    }),
  ];
}

/** What belongs to the runs of one workflow. */
export function workflowRunRoutes({ starter }: Parts, runs: RunReader, jobs: JobReader): Route[] {
  const start = (method: 'POST' | 'PUT') =>
    jsonRoute({
      method,
      path: '/workflows/:id/start',
      scope: 'write',
      body: startRequestSchema,
      answer: async ({ param, body }) => {
        const workflow = await runs.workflow(param('id'));
        const run = await starter.startWorkflow(workflow, body.input);
        return {
          status: 201,
          headers: { Location: `/runs/${run.id}` },
          body: runView(run, workflow.definition),
        };
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
      answer: async ({ param, query: { run, ...request } }) => {
        // The pages after the first stay with its run, whatever was started since.
        const runId = run ?? jobs.runOfCursor(request.cursor);
        return { body: await jobs.ofRun(await runs.runOf(param('id'), runId), request) };
      },
    }),
  ];
}
