import { z } from 'zod';
import { batchFields, type DefinitionInput, imageSchema, retrySchema } from './definition.js';
import { durationSchema } from './duration-schema.js';
import { failureToleranceSchema } from './failure-tolerance.js';
import { givenItemsSchema } from './item-source.js';
import { LIMITS } from './limits.js';
import { nameSchema } from './names.js';
import { parse } from './parse.js';
import { poolConfigSchema } from './pool-config.js';

/** The whole of a map-reduce in one object: list (optional) → map → reduce. */
export const mapReduceSchema = z
  .strictObject({
    name: nameSchema,
    description: z.string().max(2_000).optional(),
    mapper_image: imageSchema,
    reducer_image: imageSchema,
    /** An agent whose result is the list of items, or that leaves it in the state where `items` names the key. */
    list_image: imageSchema.optional(),
    /** The items themselves, or where they come from; the run's input field `items` where neither is given. */
    items: givenItemsSchema.optional(),
    /** Items of one call of the mapper, which then gets a list of them. */
    ...batchFields,
    max_parallel: z.int().min(1).max(LIMITS.parallel).default(10),
    pool_size: z.int().min(1).max(LIMITS.poolSize).optional(),
    pool_config: poolConfigSchema.optional(),
    execution_mode: z.enum(['pooled', 'standard']).optional(),
    /** Of the whole run. */
    timeout: durationSchema.optional(),
    /** Of one task. */
    task_timeout: durationSchema.optional(),
    retry: retrySchema.optional(),
    continue_on_partial: z.boolean().default(false),
    /** The reducer takes up results while the map goes on. */
    stream: z.boolean().optional(),
    /** Outcomes that one task of the reducer gets, at most; level by level where they are more. */
    fan_in: z.int().min(2).max(LIMITS.fanIn).optional(),
    failure_tolerance: failureToleranceSchema.optional(),
    on_failure: z.enum(['finish', 'fail_fast']).optional(),
  })
  .refine((r) => !r.list_image || !r.items || 'state' in r.items, {
    path: ['items'],
    message: 'must not be given together with list_image, unless they are what it leaves in the state',
  })
  .refine((r) => !(r.continue_on_partial && r.failure_tolerance !== undefined), {
    path: ['failure_tolerance'],
    message: 'must not be given together with continue_on_partial',
  })
  .refine((r) => !(r.continue_on_partial && r.on_failure === 'fail_fast'), {
    path: ['on_failure'],
    message: 'must not be given together with continue_on_partial',
  })
  .refine((r) => !(r.stream && r.fan_in !== undefined), {
    path: ['fan_in'],
    message: 'must not be given together with stream',
  })
  .refine((r) => !(r.pool_size && r.pool_config), {
    path: ['pool_size'],
    message: 'must not be given together with pool_config',
  });
export type MapReduceInput = z.input<typeof mapReduceSchema>;

/**
 * The workflow definition that a map-reduce stands for.
 * @throws {InvalidInputError} with every fault of the request, in the request's own field names.
 */
export function mapReduceDefinition(body: unknown): DefinitionInput {
  const { max_parallel, continue_on_partial } = parse(mapReduceSchema, body);
  const request = body as MapReduceInput;
  const policies = {
    execution_mode: request.execution_mode,
    timeout: request.task_timeout,
    retry: request.retry,
  };
  const agents = request.pool_size ?? Math.min(max_parallel, 10);
  const single = { ...policies, pool_config: { max_size: 1 } };
  const list = request.list_image
    ? [{ type: 'sequential' as const, name: 'list', image: request.list_image, ...single }]
    : [];
  return {
    name: request.name,
    description: request.description,
    config: { max_parallel, timeout: request.timeout },
    steps: [
      ...list,
      {
        type: 'map',
        name: 'map',
        image: request.mapper_image,
        batch_size: request.batch_size,
        batch_bytes: request.batch_bytes,
        items: request.items ?? (request.list_image ? { step: 'list' } : { input: '/items' }),
        depends_on: list.map((step) => step.name),
        max_parallel,
        continue_on_partial,
        failure_tolerance: request.failure_tolerance,
        on_failure: request.on_failure,
        ...policies,
        pool_config: request.pool_config ?? {
          max_size: agents,
          warm_up: true,
        },
      },
      {
        type: 'reduce',
        name: 'reduce',
        image: request.reducer_image,
        over: 'map',
        stream: request.stream,
        fan_in: request.fan_in,
        ...single,
        ...(request.fan_in !== undefined && { pool_config: { max_size: agents } }),
      },
    ],
  };
}
