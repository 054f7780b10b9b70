import { z } from 'zod';
import { jobSummarySchema } from './http-job.js';
import { pageQuery, pageSchema } from './http-page.js';
import { taskErrorSchema, timeSchema } from './http-value.js';

/** A job that failed for good, of a run that has ended. */
export const deadLetterSchema = jobSummarySchema.extend({ error: taskErrorSchema });
export type DeadLetterBody = z.output<typeof deadLetterSchema>;

export const deadLetterDetailsSchema = deadLetterSchema.extend({
  /** Its last attempts that did not complete it, the newest first. */
  history: z.array(
    z.object({
      attempt: z.int(),
      ended_at: timeSchema,
      agent_id: z.string(),
      /** `lost`: its agent or its worker went away. */
      end: z.enum(['failed', 'timed_out', 'lost']),
      error: taskErrorSchema,
    }),
  ),
});
export type DeadLetterDetailsBody = z.output<typeof deadLetterDetailsSchema>;

export const deadLetterPageSchema = pageSchema(deadLetterSchema);

export const listDeadLettersQuerySchema = z.strictObject({
  ...pageQuery(100, 1_000),
  workflow: z.string().max(64).optional(),
  step: z.string().max(64).optional(),
  /** Of the error. */
  code: z.string().max(64).optional(),
});
