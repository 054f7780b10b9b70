import { z } from 'zod';
import { conditionSchema } from './condition.js';
import { durationSchema } from './duration-schema.js';
import { failureToleranceSchema } from './failure-tolerance.js';
import { type ItemSource, itemsSchema } from './item-source.js';
import { limitsSchema } from './limit.js';
import { LIMITS } from './limits.js';
import { mayStartSchema } from './may-start.js';
import { imageSchema, nameSchema, pointerSchema } from './names.js';
import { poolConfigSchema } from './pool-config.js';
import { prioritySchema } from './priority.js';
import { stepSecretsSchema } from './secret-name.js';
import { ONE_KIND_OF_WAIT, waitFields, waitsForOneThing } from './wait-step.js';
import { checkWorkflowFields, workflowFields } from './workflow-step.js';

export { imageSchema, LIMITS, nameSchema };

const fromValue = z.strictObject({ value: z.json() });
const fromInput = z.strictObject({ input: pointerSchema });
const fromStep = z.strictObject({ step: nameSchema, pointer: pointerSchema.default('') });

/** Where a step's input or items come from: a value given here, the run's input, or the result of a step before it. */
export const sourceSchema = z.union([fromValue, fromInput, fromStep], {
  error: 'must be {"value": …}, {"input": "/pointer"} or {"step": "name", "pointer": "/…"}',
});
export type Source = z.output<typeof sourceSchema>;

const size = (max: number) => z.int().min(1).max(max);

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

/** With one of them, a task of a map step gets a list of items: so many at most, and so many bytes of JSON unless one item has more. */
export const batchFields = {
  batch_size: size(LIMITS.batchSize).optional(),
  batch_bytes: size(LIMITS.itemBytes).optional(),
};

/** Shorter than that, a busy machine would look like a hung agent. */
const heartbeatTimeoutSchema = durationSchema.refine((ms) => ms >= 1_000, 'must be at least 1s');

/** Which of the steps that a step waits for must have ended how, for it to run. */
export const joinSchema = z.enum(['all', 'any', 'none_failed']);
export type Join = z.output<typeof joinSchema>;

const placed = {
  name: nameSchema,
  depends_on: z.array(nameSchema).max(LIMITS.steps).default([]),
  join: joinSchema.default('all'),
  when: conditionSchema.optional(),
};

const common = {
  ...placed,
  image: imageSchema,
  execution_mode: z.enum(['pooled', 'standard']).default('pooled'),
  pool_config: poolConfigSchema.prefault({}),
  timeout: durationSchema.default(600_000),
  queue_timeout: durationSchema.optional(),
  heartbeat_timeout: heartbeatTimeoutSchema.optional(),
  step_timeout: durationSchema.optional(),
  retry: retrySchema.prefault({}),
  may_start: mayStartSchema.optional(),
  secrets: stepSecretsSchema.optional(),
};

export const stepSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('sequential'),
    ...common,
    input: sourceSchema.optional(),
    compensates: nameSchema.optional(),
  }),
  z.strictObject({
    type: z.literal('map'),
    ...common,
    items: itemsSchema,
    ...batchFields,
    max_parallel: size(LIMITS.parallel).optional(),
    continue_on_partial: z.boolean().default(false),
    failure_tolerance: failureToleranceSchema.optional(),
    on_failure: z.enum(['finish', 'fail_fast']).default('finish'),
  }),
  z.strictObject({
    type: z.literal('reduce'),
    ...common,
    over: nameSchema.optional(),
    /** Takes up the results of the map while that goes on, in the order in which they come. */
    stream: z.boolean().default(false),
    /** Outcomes that a task gets, at most: there are as many levels of tasks as that takes. */
    fan_in: z.int().min(2).max(LIMITS.fanIn).optional(),
    max_parallel: size(LIMITS.parallel).optional(),
  }),
  z
    .strictObject({ type: z.literal('wait'), ...placed, ...waitFields })
    .refine(waitsForOneThing, ONE_KIND_OF_WAIT),
  z
    .strictObject({
      type: z.literal('workflow'),
      ...placed,
      ...workflowFields,
      input: sourceSchema.optional(),
      step_timeout: durationSchema.optional(),
      // The tasks of a child run have retries of their own.
      retry: retrySchema.prefault({ max_attempts: 1 }),
    })
    .superRefine(checkWorkflowFields),
]);
export type Step = z.output<typeof stepSchema>;
/** A step that waits: no agent and no worker have anything to do with it. */
export type WaitStep = Extract<Step, { type: 'wait' }>;
/** A step whose tasks are runs of their own. */
export type WorkflowStep = Extract<Step, { type: 'workflow' }>;
/** A step with tasks. */
export type TaskStep = Exclude<Step, WaitStep>;
/** A step whose tasks agents run. */
export type AgentStep = Exclude<TaskStep, WorkflowStep>;
/** A step with a task for each of its items. */
export type MapStep = Extract<Step, { type: 'map' }> | (WorkflowStep & { items: ItemSource });
export type ReduceStep = Extract<Step, { type: 'reduce' }>;

export const definitionSchema = z.strictObject({
  name: nameSchema,
  description: z.string().max(2_000).default(''),
  config: z
    .strictObject({
      max_parallel: size(LIMITS.parallel).default(16),
      timeout: durationSchema.default(86_400_000),
      compensation_timeout: durationSchema.default(3_600_000),
      priority: prioritySchema.optional(),
      limits: limitsSchema.optional(),
      max_active_runs: size(LIMITS.activeRuns).optional(),
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
/** A step that agents work on as its author writes it; without a `type` it is a sequential one. */
export type StepInput =
  | Exclude<WrittenStep, { type: 'wait' | 'workflow' }>
  | (Omit<Extract<WrittenStep, { type: 'sequential' }>, 'type'> & { type?: undefined });
/** A workflow definition as its author writes it. */
export type DefinitionInput = Omit<z.input<typeof definitionSchema>, 'steps'> & {
  steps: (StepInput | Extract<WrittenStep, { type: 'wait' | 'workflow' }>)[];
};

function withDefaultType(step: unknown): unknown {
  return typeof step === 'object' && step !== null && !Array.isArray(step) && !('type' in step)
    ? { type: 'sequential', ...step }
    : step;
}
