import { z } from 'zod';
import { taskErrorSchema, timeSchema } from './http-value.js';

const count = z.int().min(0);

/** A pool on one host. */
export const poolHostSchema = z.object({
  host: z.string(),
  creating: count,
  idle: count,
  leased: count,
  retiring: count,
  /** Lanes that wait for an agent. */
  waiting: count,
  /** Why its agents do not start, where they don't, and when that is tried again. */
  error: taskErrorSchema.optional(),
  retry_at: timeSchema.nullable(),
});

export const poolSchema = z.object({
  id: z.string(),
  image: z.string(),
  config: z.object({
    min_size: count,
    max_size: count,
    idle_timeout: z.string(),
    max_agent_uses: count,
    warm_up: z.boolean(),
  }),
  hosts: z.array(poolHostSchema),
});
export type PoolBody = z.output<typeof poolSchema>;
export type PoolHostBody = z.output<typeof poolHostSchema>;

export const poolListSchema = z.object({ items: z.array(poolSchema) });

/** `/livez` and `/readyz`. */
export const healthStatusSchema = z.object({ status: z.literal('ok') });
