import { z } from 'zod';
import { parseDuration } from './duration.js';
import { failureToleranceSchema } from './failure-tolerance.js';
import { itemsSchema } from './item-source.js';
import { LIMITS } from './limits.js';
import { nameSchema, pointerSchema } from './names.js';

export { LIMITS, nameSchema };

const DURATION_HELP =
  'must be a duration such as "30s", "5m" or "1h30m", or a number of seconds, at most 365d';

/** A duration; parsed to milliseconds. */
export const durationSchema = z
  .union([z.string(), z.number()], { error: DURATION_HELP })
  .transform((value, ctx) => {
    const ms = parseDuration(value);
    if (ms !== undefined) return ms;
    ctx.addIssue({ code: 'custom', message: DURATION_HELP });
    return z.NEVER;
  });

export const imageSchema = z
  .string()
  .max(255)
  .regex(/^[a-zA-Z0-9][\w.:/@-]*$/, 'must be an image reference such as "scraper:latest"');

const fromValue = z.strictObject({ value: z.json() });
const fromInput = z.strictObject({ input: pointerSchema });
const fromStep = z.strictObject({ step: nameSchema, pointer: pointerSchema.default('') });

/** Where a step's input or items come from: a value given here, the run's input, or the result of a step before it. */
export const sourceSchema = z.union([fromValue, fromInput, fromStep], {
  error: 'must be {"value": …}, {"input": "/pointer"} or {"step": "name", "pointer": "/…"}',
});
export type Source = z.output<typeof sourceSchema>;

const size = (max: number) => z.int().min(1).max(max);

export const poolConfigSchema = z
  .strictObject({
    min_size: z.int().min(0).max(LIMITS.poolSize).default(0),
    max_size: size(LIMITS.poolSize).default(4),
    idle_timeout: durationSchema.default(300_000),
    max_agent_uses: size(1_000_000_000).default(1_000_000),
    warm_up: z.boolean().default(false),
  })
  .refine((c) => c.min_size <= c.max_size, {
    path: ['min_size'],
    message: 'must not be greater than max_size',
  });
export type PoolConfig = z.output<typeof poolConfigSchema>;

/** Codes of errors, those of agents and our own. */
const errorCodes = z
  .array(z.string().regex(/^\S{1,64}$/, 'must be an error code of 1 to 64 characters without white space'))
  .max(LIMITS.errorCodes);

export const retrySchema = z.strictObject({
  max_attempts: size(LIMITS.attempts).default(3),
  backoff: z.enum(['constant', 'linear', 'exponential']).default('exponential'),
  delay: durationSchema.default(1_000),
  max_delay: durationSchema.default(60_000),
  jitter: z.number().min(0).max(1).default(0.2),
  non_retryable: errorCodes.optional(),
  retry_on: errorCodes.optional(),
});
export type RetryPolicy = z.output<typeof retrySchema>;

/** Shorter than that, a busy machine would look like a hung agent. */
const heartbeatTimeoutSchema = durationSchema.refine((ms) => ms >= 1_000, 'must be at least 1s');

const common = {
  name: nameSchema,
  image: imageSchema,
  depends_on: z.array(nameSchema).max(LIMITS.steps).default([]),
  execution_mode: z.enum(['pooled', 'standard']).default('pooled'),
  pool_config: poolConfigSchema.prefault({}),
  timeout: durationSchema.default(600_000),
  queue_timeout: durationSchema.optional(),
  heartbeat_timeout: heartbeatTimeoutSchema.optional(),
  step_timeout: durationSchema.optional(),
  retry: retrySchema.prefault({}),
};

export const stepSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('sequential'), ...common, input: sourceSchema.optional() }),
  z.strictObject({
    type: z.literal('map'),
    ...common,
    items: itemsSchema,
    max_parallel: size(LIMITS.parallel).optional(),
    continue_on_partial: z.boolean().default(false),
    failure_tolerance: failureToleranceSchema.optional(),
    on_failure: z.enum(['finish', 'fail_fast']).default('finish'),
  }),
  z.strictObject({ type: z.literal('reduce'), ...common, over: nameSchema.optional() }),
]);
export type Step = z.output<typeof stepSchema>;
export type MapStep = Extract<Step, { type: 'map' }>;

export const definitionSchema = z.strictObject({
  name: nameSchema,
  description: z.string().max(2_000).default(''),
  config: z
    .strictObject({
      max_parallel: size(LIMITS.parallel).default(16),
      timeout: durationSchema.default(86_400_000),
    })
    .prefault({}),
  steps: z
    .array(z.preprocess(withDefaultType, stepSchema))
    .min(1, 'must have at least one step')
    .max(LIMITS.steps),
});

/** A validated workflow definition: defaults filled in, durations in milliseconds. */
export type Definition = z.output<typeof definitionSchema>;
type WrittenStep = z.input<typeof stepSchema>;
/** A step as its author writes it; without a `type` it is a sequential one. */
export type StepInput =
  WrittenStep | (Omit<Extract<WrittenStep, { type: 'sequential' }>, 'type'> & { type?: undefined });
/** A workflow definition as its author writes it. */
export type DefinitionInput = Omit<z.input<typeof definitionSchema>, 'steps'> & { steps: StepInput[] };

function withDefaultType(step: unknown): unknown {
  return typeof step === 'object' && step !== null && !Array.isArray(step) && !('type' in step)
    ? { type: 'sequential', ...step }
    : step;
}
