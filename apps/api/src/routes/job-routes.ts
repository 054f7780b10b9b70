import {
  type Definition,
  formatTaskId,
  InvalidInputError,
  NotFoundError,
  parse,
  validateDefinition,
} from '@agentainer/core';
import {
  anyJsonSchema,
  type CreateJobRequest,
  createJobRequestSchema,
  listJobsQuerySchema,
} from '@agentainer/contracts';
import { createRoute, jsonRoute, type Route } from '../http/route.js';
import type { Parts } from '../parts.js';
import type { FoundJob, JobReader } from '../reading/job-reader.js';
import type { RunReader } from '../reading/run-reader.js';
import { ofJob, permitted } from './permitted-definition.js';

/** The name of the only step of a job that was given none. */
const JOB_STEP = 'job';

/** Tasks, whatever run they belong to. */
export function jobRoutes(parts: Parts, runs: RunReader, jobs: JobReader): Route[] {
  const { starter } = parts;
  return [
    createRoute({
      method: 'POST',
      path: '/jobs',
      scope: 'write',
      creates: 'run',
      body: anyJsonSchema,
      answer: async ({ body, newId }) => {
        const { input, priority, workflow_id: workflowId } = parse(createJobRequestSchema, body);
        const definition = permitted(jobDefinition(body as unknown as CreateJobRequest), parts, ofJob);
        if (workflowId !== undefined) await mustExist(runs, workflowId);
        const run = await starter.startJob(definition, input, { id: newId, priority, workflowId });
        const step = definition.steps[0]!.name;
        const { job } = await jobs.byId(formatTaskId({ runId: run.id, step, index: 0 }));
        return { status: 201, headers: { Location: `/jobs/${job.id}` }, body: job };
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/jobs',
      scope: 'read',
      query: listJobsQuerySchema,
      answer: async ({ query }) => ({ body: await jobs.recent(query) }),
    }),
    jsonRoute({
      method: 'GET',
      path: '/jobs/:id',
      scope: 'read',
      answer: async ({ param }) => jobAnswer(await jobs.byId(param('id'))),
    }),
  ];
}

function jobAnswer({ job, result }: FoundJob) {
  return { body: job, field: result === undefined ? undefined : { name: 'result', value: result } };
}

/** A job without a workflow is a run of one step that gets the run's whole input. */
function jobDefinition({
  input: _,
  workflow_id: __,
  priority: ___,
  step_id,
  ...step
}: CreateJobRequest): Definition {
  return validateDefinition({
    name: JOB_STEP,
    steps: [{ type: 'sequential', name: step_id ?? JOB_STEP, input: { input: '' }, ...step }],
  });
}

async function mustExist(runs: RunReader, workflowId: string): Promise<void> {
  try {
    await runs.workflow(workflowId);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    throw new InvalidInputError([{ path: 'workflow_id', message: error.message }]);
  }
}
