import {
  failureToleranceSchema,
  nameSchema,
  prioritySchema,
  RUN_TRANSITIONS,
  type RunState,
  STEP_TRANSITIONS,
  type StepState,
} from '@agentainer/core';
import { z } from 'zod';
import { pageQuery, pageSchema } from './http-page.js';
import { anyJsonSchema, taskErrorSchema, timeSchema } from './http-value.js';

export const runStatusSchema = z.enum(Object.keys(RUN_TRANSITIONS) as [RunState, ...RunState[]]);
export const stepStatusSchema = z.enum(Object.keys(STEP_TRANSITIONS) as [StepState, ...StepState[]]);

export const stepTypeSchema = z.enum(['sequential', 'map', 'reduce', 'wait', 'workflow']);

const count = z.int().min(0);

/** How far a step is. The counts add up to `total`, which is 0 until the step's tasks are known. */
export const stepProgressSchema = z.object({
  name: z.string(),
  type: stepTypeSchema,
  status: stepStatusSchema,
  total: count,
  pending: count,
  running: count,
  retrying: count,
  completed: count,
  failed: count,
  timed_out: count,
  cancelled: count,
  /** Of the completed ones: those whose item was dropped, so that it has no result. */
  dropped: count,
  started_at: timeSchema.nullable(),
  finished_at: timeSchema.nullable(),
  duration_ms: count.nullable(),
  /** Tasks at once, at most. */
  max_parallel: count,
  /** What its image was when the run started; null where that is not known, or no agent works on it. */
  image_digest: z.string().nullable(),
  /** How many of its tasks may fail; null where it is no map, or goes on with one success. */
  failure_tolerance: failureToleranceSchema.nullable(),
  /** When it will have ended, by the tasks that have; null where it does not run, or none has ended. */
  estimated_completion_at: timeSchema.nullable(),
  error: taskErrorSchema.optional(),
});
export type StepProgressBody = z.output<typeof stepProgressSchema>;

export const runSummarySchema = z.object({
  id: z.string(),
  /** Null where the run is a single job. */
  workflow_id: z.string().nullable(),
  workflow_version: z.int().nullable(),
  /** The run that it repeats. */
  rerun_of: z.string().nullable(),
  /** The task of another run that started it. */
  parent: z.object({ run_id: z.string(), step: z.string(), index: z.int(), job_id: z.string() }).nullable(),
  status: runStatusSchema,
  created_at: timeSchema,
  finished_at: timeSchema.nullable(),
  /** How long it took, or takes so far. */
  duration_ms: count,
  /** When it is ended by its workflow's timeout. */
  deadline: timeSchema,
  error: taskErrorSchema.optional(),
});
export type RunSummaryBody = z.output<typeof runSummarySchema>;

export const runSchema = runSummarySchema.extend({
  /** 1 is the most urgent. */
  priority: prioritySchema,
  /** In the order of the definition. */
  steps: z.array(stepProgressSchema),
  /** Of a completed run. */
  result: anyJsonSchema.optional(),
});
export type RunBody = z.output<typeof runSchema>;

export const runPageSchema = pageSchema(runSummarySchema);
export const listRunsQuerySchema = z.strictObject(pageQuery(20, 100));
export const listChildrenQuerySchema = z.strictObject({
  ...pageQuery(20, 100),
  /** Only those that this step started. */
  step: nameSchema.optional(),
});

/** `POST /workflows/{id}/start`. */
export const startRequestSchema = z
  .strictObject({
    input: anyJsonSchema.default(null),
    /** Of the workflow; the latest one where it is not given. */
    version: z.int().min(1).optional(),
    /** In place of the one that the definition names: 1 is the most urgent. */
    priority: prioritySchema.optional(),
  })
  .prefault({});
export type StartRequest = z.input<typeof startRequestSchema>;

export const runEventSchema = z.object({
  /** Counts from 1 without gaps. */
  id: z.int(),
  at: timeSchema,
  type: z.string(),
  data: z.record(z.string(), z.string()),
});
export type RunEventBody = z.output<typeof runEventSchema>;
export const runEventPageSchema = pageSchema(runEventSchema);

/** What a deletion answers. `deleted` is false where there is more to delete than one request may: ask again. */
export const deletionSchema = z.object({ id: z.string(), deleted: z.boolean() });

/** `POST /runs/{id}/rerun`: all of the run, what begins with a step, or the tasks that did not complete. */
export const rerunRequestSchema = z
  .strictObject({
    from_step: z.string().max(63).optional(),
    failed_only: z.boolean().default(false),
    /** In place of the input of the run that is repeated. */
    input: anyJsonSchema.optional(),
  })
  .refine((r) => !(r.failed_only && r.from_step !== undefined), {
    path: ['from_step'],
    message: 'must not be given together with failed_only',
  })
  .refine((r) => !(r.failed_only && r.input !== undefined), {
    path: ['input'],
    message:
      'must not be given together with failed_only: results that are kept were made from the input as it was',
  })
  .prefault({});
export type RerunRequest = z.input<typeof rerunRequestSchema>;
