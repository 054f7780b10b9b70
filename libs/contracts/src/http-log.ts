import { LOG_STREAMS, nameSchema } from '@agentainer/core';
import { z } from 'zod';
import { pageSchema, wholeNumber } from './http-page.js';
import { timeSchema } from './http-value.js';

/** A part of what a task printed: often a line, or several. */
export const logEntrySchema = z.object({
  /** Ids are in the order in which the entries of a run were written; one of them is the cursor of what comes after it. */
  id: z.string(),
  job_id: z.string(),
  attempt: z.int(),
  stream: z.enum(LOG_STREAMS),
  at: timeSchema,
  /**
   * Bytes that the attempt printed on the stream before it. Where that is more than what the entries before it hold, the
   * rest was not kept.
   */
  offset: z.int(),
  text: z.string(),
});
export type LogEntryBody = z.output<typeof logEntrySchema>;

export const logPageSchema = pageSchema(logEntrySchema);

/** One line of what `follow=true` answers: `end` is the last one. */
export const logFollowLineSchema = z.discriminatedUnion('type', [
  logEntrySchema.extend({ type: z.literal('log') }),
  /** Says that the connection lives. */
  z.object({ type: z.literal('heartbeat') }),
  z.object({ type: z.literal('end') }),
]);
export type LogFollowLine = z.output<typeof logFollowLineSchema>;

const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

const logQuery = {
  stream: z.enum(LOG_STREAMS).optional(),
  /** So many of the last lines, at most. */
  tail: wholeNumber(0, 10_000).optional(),
  /** The id of the last entry that was seen. */
  cursor: z
    .string()
    .regex(/^\d{1,15}-\d{1,15}$/, 'must be the id of an entry')
    .optional(),
  limit: wholeNumber(1, 1_000).default(200),
  /** Goes on until all has ended, as lines of JSON. */
  follow: flag,
};

const oneBegin = <T extends { tail?: number; cursor?: string }>({ tail, cursor }: T) =>
  tail === undefined || cursor === undefined;
const ONE_BEGIN = { path: ['tail'], message: 'must not be given together with cursor' };

export const jobLogQuerySchema = z
  .strictObject({ ...logQuery, attempt: wholeNumber(1, 1e9).optional() })
  .refine(oneBegin, ONE_BEGIN);
export const runLogQuerySchema = z
  .strictObject({ ...logQuery, step: nameSchema.optional() })
  .refine(oneBegin, ONE_BEGIN);
