import { z } from 'zod';
import { wholeNumber } from './http-page.js';
import { timeSchema } from './http-value.js';

const count = z.int().min(0);

/** Something that an operator should know of: `GET /alerts` tells it, and so does the webhook. */
export const alertSchema = z.object({
  /** The same where an alert is told twice. */
  id: z.string(),
  type: z.enum(['pool.exhausted', 'pool.recovered']),
  at: timeSchema,
  /** How the pool stood then, on all hosts together. */
  pool: z.object({
    id: z.string(),
    max_size: count,
    agents: count,
    idle: count,
    /** Lanes in line for an agent, or in the pool's queue. */
    waiting: count,
  }),
});
export type AlertBody = z.output<typeof alertSchema>;

/** The newest first. */
export const alertListSchema = z.object({ items: z.array(alertSchema) });

export const listAlertsQuerySchema = z.strictObject({ limit: wholeNumber(1, 1_000).default(100) });
