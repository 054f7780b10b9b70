import { z } from 'zod';
import { jobSummarySchema } from './http-job.js';
import { pageQuery, pageSchema } from './http-page.js';
import { taskErrorSchema, timeSchema } from './http-value.js';

/** A job that failed for good, of a run that has ended. */
export const deadLetterSchema = jobSummarySchema.extend({
  error: taskErrorSchema,
  /** The run that repeats failed jobs of its run. What of them was not run again there is a dead letter of that one. */
  redriven_by: z.string().nullable(),
});
export type DeadLetterBody = z.output<typeof deadLetterSchema>;

export const deadLetterDetailsSchema = deadLetterSchema.extend({
  /** Its last attempts that did not complete it, the newest first. */
  history: z.array(
    z.object({
      attempt: z.int(),
      ended_at: timeSchema,
      agent_id: z.string().nullable(),
      /** `lost`: its agent or its worker went away. */
      end: z.enum(['failed', 'timed_out', 'lost']),
      error: taskErrorSchema,
    }),
  ),
});
export type DeadLetterDetailsBody = z.output<typeof deadLetterDetailsSchema>;

export const deadLetterPageSchema = pageSchema(deadLetterSchema);

const filter = {
  workflow: z.string().min(1).max(64).optional(),
  step: z.string().min(1).max(64).optional(),
  /** Of the error. */
  code: z.string().min(1).max(64).optional(),
};

export const listDeadLettersQuerySchema = z.strictObject({
  ...pageQuery(100, 1_000),
  ...filter,
});

/** `POST /dead-letters/redrive`: those named, those that a filter matches, or all. */
export const redriveRequestSchema = z
  .strictObject({
    /** Of jobs. */
    ids: z.array(z.string().min(1).max(160)).min(1).max(100).optional(),
    ...filter,
    all: z.literal(true).optional(),
    /** `next_cursor` of the answer before; with the same filter, or `all`. */
    cursor: z.string().max(1_000).optional(),
  })
  .superRefine(({ ids, all, cursor, ...given }, context) => {
    const filtered = Object.values(given).some((value) => value !== undefined);
    const said = [ids !== undefined, all !== undefined, filtered].filter(Boolean).length;
    if (said !== 1) {
      const message = 'must have exactly one of: ids, a filter (workflow, step, code), or "all": true';
      context.addIssue({ code: 'custom', path: [], message });
    }
    if (ids && cursor !== undefined)
      context.addIssue({ code: 'custom', path: ['cursor'], message: 'must not be given together with ids' });
  });
export type RedriveRequest = z.input<typeof redriveRequestSchema>;

export const redriveAnswerSchema = z.object({
  /** A new run for each run that had some of them, and how many those are. */
  runs: z.array(z.object({ run_id: z.string(), rerun_of: z.string(), jobs: z.int() })),
  /** Of the ids asked for: no dead letters, of a run that was redriven before, or of one that was undone. */
  refused: z.array(
    z.object({
      id: z.string(),
      reason: z.enum(['no_dead_letter', 'redriven', 'compensated']),
      redriven_by: z.string().nullable(),
    }),
  ),
  /** Null where nothing is left; else the same is to be asked again with this cursor. */
  next_cursor: z.string().nullable(),
});
export type RedriveAnswer = z.output<typeof redriveAnswerSchema>;
