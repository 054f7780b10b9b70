import type { PoolConfigInput } from '@agentainer/core';
import { z } from 'zod';
import { taskErrorSchema, timeSchema } from './http-value.js';

const count = z.int().min(0);

/** A pool on one host. */
export const poolSchema = z.object({
  id: z.string(),
  image: z.string(),
  /** What the image is that its agents run; null where they run whatever its name stands for when they start. */
  image_digest: z.string().nullable(),
  host: z.string(),
  /** How many agents the host may have; those of all hosts come to `min_size` and `max_size` of `config`. */
  share: z.object({ min_size: count, max_size: count }),
  /** With its defaults, durations with their units. */
  config: z.any() as unknown as z.ZodType<PoolConfigInput, PoolConfigInput>,
  /** How many agents stand where. */
  agents: z.object({ creating: count, idle: count, leased: count, draining: count, retiring: count }),
  /** Lanes that wait for an agent. */
  waiting: count,
  /** Tasks that its agents ran so far. */
  served: count,
  /** Why the latest start of an agent failed, and when the next one is tried. */
  error: taskErrorSchema.optional(),
  retry_at: timeSchema.nullable(),
});
export type PoolBody = z.output<typeof poolSchema>;

export const poolListSchema = z.object({ items: z.array(poolSchema) });
export type PoolListBody = z.output<typeof poolListSchema>;

/** `/livez` and `/readyz`. */
export const healthStatusSchema = z.object({ status: z.literal('ok') });
