import { failureToleranceSchema, LIMITS } from '@agentainer/core';
import { z } from 'zod';
import { jobStatusSchema } from './http-job.js';
import { pageQuery, pageSchema } from './http-page.js';
import { stepProgressSchema } from './http-run.js';
import { anyJsonSchema, taskErrorSchema, timeSchema } from './http-value.js';

/** What a running task reported last. */
export const taskProgressSchema = z.object({
  job_id: z.string(),
  index: z.int(),
  at: timeSchema,
  value: anyJsonSchema,
});
export type TaskProgressBody = z.output<typeof taskProgressSchema>;

/** `GET /runs/{id}/steps/{step}`. */
export const runStepSchema = stepProgressSchema.extend({
  run_id: z.string(),
  /** Of running tasks that reported some, of 20 of them where they are more. */
  progress: z.array(taskProgressSchema),
});
export type RunStepBody = z.output<typeof runStepSchema>;

/** `PATCH /runs/{id}/steps/{step}`: changes what is given, at once. */
export const changeStepRequestSchema = z
  .strictObject({
    /** Tasks of the step at once, at most; in place of what the definition says. */
    max_parallel: z.int().min(1).max(LIMITS.parallel).optional(),
    /** How many of its tasks may fail: a count, or a share such as `"20%"`; in place of what the definition says. */
    failure_tolerance: failureToleranceSchema.optional(),
  })
  .refine((body) => Object.keys(body).length > 0, 'must change something');
export type ChangeStepRequest = z.input<typeof changeStepRequestSchema>;

/** How one task ended. */
export const stepResultSchema = z.object({
  job_id: z.string(),
  /** The task's place among the tasks of its step, from 0. */
  index: z.int(),
  status: jobStatusSchema,
  /** Of a completed task. */
  result: anyJsonSchema.optional(),
  error: taskErrorSchema.optional(),
  /** Completed without a result, for its item was dropped. */
  dropped: z.literal(true).optional(),
});
export type StepResultBody = z.output<typeof stepResultSchema>;

/** `GET /runs/{id}/steps/{step}/results`: tasks that have ended, in order; those that have not are left out. */
export const stepResultPageSchema = pageSchema(stepResultSchema);
export const listStepResultsQuerySchema = z.strictObject(pageQuery(100, 1_000));
