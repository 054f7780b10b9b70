import { type Definition, formatTaskId, parse, validateDefinition } from '@agentainer/core';
import {
  anyJsonSchema,
  type CreateJobRequest,
  createJobRequestSchema,
  listJobsQuerySchema,
} from '@agentainer/contracts';
import { jsonRoute, type Route } from '../http/route.js';
import type { Parts } from '../parts.js';
import type { FoundJob, JobReader } from '../reading/job-reader.js';

/** The name of the only step of a job without a workflow. */
const JOB_STEP = 'job';

/** Tasks, whatever run they belong to. */
export function jobRoutes({ starter }: Parts, jobs: JobReader): Route[] {
  return [
    jsonRoute({
      method: 'POST',
      path: '/jobs',
      scope: 'write',
      body: anyJsonSchema,
      answer: async ({ body }) => {
        const { input } = parse(createJobRequestSchema, body);
        const run = await starter.startJob(jobDefinition(body as unknown as CreateJobRequest), input);
        const { job } = await jobs.byId(formatTaskId({ runId: run.id, step: JOB_STEP, index: 0 }));
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
function jobDefinition({ input: _, ...step }: CreateJobRequest): Definition {
  return validateDefinition({
    name: JOB_STEP,
    steps: [{ type: 'sequential', name: JOB_STEP, input: { input: '' }, ...step }],
  });
}
