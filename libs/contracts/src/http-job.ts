import {
  durationSchema,
  imageSchema,
  nameSchema,
  poolConfigSchema,
  prioritySchema,
  retrySchema,
  TASK_TRANSITIONS,
  type TaskState,
} from '@agentainer/core';
import { z } from 'zod';
import { pageQuery, pageSchema, runQuery } from './http-page.js';
import { anyJsonSchema, taskErrorSchema, timeSchema } from './http-value.js';

export const jobStatusSchema = z.enum(Object.keys(TASK_TRANSITIONS) as [TaskState, ...TaskState[]]);

/** One task of a run, as lists show it. */
export const jobSummarySchema = z.object({
  id: z.string(),
  /** Null where the job was created without a workflow. */
  workflow_id: z.string().nullable(),
  run_id: z.string(),
  /** The job that started the run of this one. */
  parent_id: z.string().nullable(),
  step_id: z.string(),
  /** The task's place among the tasks of its step, from 0. */
  task_id: z.int(),
  status: jobStatusSchema,
  /** Attempts begun, and how many of them ended because an agent or a worker went away. */
  attempts: z.int(),
  lost_attempts: z.int(),
  /** The agent of the latest attempt. */
  agent_id: z.string().nullable(),
  created_at: timeSchema,
  started_at: timeSchema.nullable(),
  finished_at: timeSchema.nullable(),
  /** From `started_at` to `finished_at`; null until it has ended. */
  duration_ms: z.int().nullable(),
  error: taskErrorSchema.optional(),
});
export type JobSummaryBody = z.output<typeof jobSummarySchema>;

export const jobSchema = jobSummarySchema.extend({
  /** Of a completed job. */
  result: anyJsonSchema.optional(),
  /** Its item was dropped: it completed without a result. */
  dropped: z.literal(true).optional(),
});
export type JobBody = z.output<typeof jobSchema>;

export const jobPageSchema = pageSchema(jobSummarySchema);

const listJobs = { ...pageQuery(100, 1_000), status: jobStatusSchema.optional() };
export const listJobsQuerySchema = z.strictObject(listJobs);
export const listWorkflowJobsQuerySchema = z
  .strictObject({
    ...listJobs,
    ...runQuery,
    /** Single jobs that were created with this workflow's id, in place of the tasks of a run. */
    tagged: z
      .enum(['true', 'false'])
      .default('false')
      .transform((text) => text === 'true'),
  })
  .refine(({ run, tagged }) => run === undefined || !tagged, {
    path: ['tagged'],
    message: 'must not be given together with run',
  });

/** `POST /jobs`: a single job, by itself or listed with a workflow. */
export const createJobRequestSchema = z.strictObject({
  image: imageSchema,
  /** A workflow that the job is listed with. */
  workflow_id: z.string().max(64).optional(),
  /** What the job is listed as. */
  step_id: nameSchema.optional(),
  input: anyJsonSchema.default(null),
  /** 1 is the most urgent. */
  priority: prioritySchema.optional(),
  timeout: durationSchema.optional(),
  queue_timeout: durationSchema.optional(),
  retry: retrySchema.optional(),
  pool_config: poolConfigSchema.optional(),
  execution_mode: z.enum(['pooled', 'standard']).optional(),
});
export type CreateJobRequest = z.input<typeof createJobRequestSchema>;
