import { durationSchema, LIMITS, type PoolConfigInput } from '@agentainer/core';
import { z } from 'zod';
import { taskErrorSchema, timeSchema } from './http-value.js';

const count = z.int().min(0);

const ofPool = {
  id: z.string(),
  image: z.string(),
  /** What the image is that its agents run; null where they run whatever its name stands for when they start. */
  image_digest: z.string().nullable(),
  /** As the definition has it, with its defaults, durations with their units. */
  config: z.any() as unknown as z.ZodType<PoolConfigInput, PoolConfigInput>,
  /** Whether it is to have no agents, as an operator has it. */
  drained: z.boolean(),
  /** The sizes that count, of all hosts together: an operator's, where there are such. */
  min_size: count,
  max_size: count,
};

/** How many agents stand where. */
export const agentCountsSchema = z.object({
  creating: count,
  idle: count,
  leased: count,
  cleaning: count,
  draining: count,
  retiring: count,
});

/** How an agent ended by itself, as far as that is known, and the last lines that it printed outside of its tasks. */
const deathSchema = z.object({
  agent_id: z.string(),
  at: timeSchema,
  /** For people. */
  how: z.string().nullable(),
  exit_code: z.int().nullable(),
  /** It used more memory than it may. */
  out_of_memory: z.boolean(),
  output: z.string(),
});

const onHost = {
  host: z.string(),
  /** How many agents the host may have; those of all hosts come to the sizes of the pool, or to 0 where it is drained. */
  share: z.object({ min_size: count, max_size: count }),
  agents: agentCountsSchema,
  /** Lanes that wait for an agent. */
  waiting: count,
  /** Tasks that its agents ran so far. */
  served: count,
  /** Why the latest start of an agent failed, and when the next one is tried. */
  error: taskErrorSchema.optional(),
  retry_at: timeSchema.nullable(),
  /** Of the agent that ended by itself last. */
  last_death: deathSchema.nullable(),
};

/** A pool on one host. */
export const poolSchema = z.object({ ...ofPool, ...onHost });
export type PoolBody = z.output<typeof poolSchema>;

/** A pool on all its hosts. */
export const poolDetailsSchema = z.object({
  ...ofPool,
  /** `deaths` are the latest ten there, the last one first. */
  hosts: z.array(z.object({ ...onHost, deaths: z.array(deathSchema) })),
});
export type PoolDetailsBody = z.output<typeof poolDetailsSchema>;

/** `POST /pools/{id}/warm`: has so many agents kept, for so long. */
export const warmPoolRequestSchema = z.strictObject({
  count: z.int().min(0).max(LIMITS.poolSize),
  /** As long as the pool keeps idle agents, where it is not given. */
  for: durationSchema.optional(),
});
export type WarmPoolRequest = z.input<typeof warmPoolRequestSchema>;

/** `POST /pools/{id}/resize`: sizes in place of the definition's; null gives the definition's back. */
export const resizePoolRequestSchema = z
  .strictObject({
    min_size: z.int().min(0).max(LIMITS.poolSize).nullable().optional(),
    max_size: z.int().min(1).max(LIMITS.poolSize).nullable().optional(),
  })
  .refine((sizes) => sizes.min_size !== undefined || sizes.max_size !== undefined, {
    message: 'must have min_size or max_size',
  });
export type ResizePoolRequest = z.input<typeof resizePoolRequestSchema>;

export const poolListSchema = z.object({ items: z.array(poolSchema) });
export type PoolListBody = z.output<typeof poolListSchema>;

/** `/livez` and `/readyz`. */
export const healthStatusSchema = z.object({ status: z.literal('ok') });
