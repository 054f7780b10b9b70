import { z } from 'zod';

export const stateKeySchema = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/, 'must be 1 to 128 of letters, digits, _, . and -');

/**
 * One operation on a run's state, as an agent asks for it through the gateway.
 * `seq` counts the task's calls from 1, alike in every attempt: the same call of a later attempt gets the
 * answer that the first one got, so that a retried task does not count twice.
 */
export const stateOperationSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('get'), key: stateKeySchema }),
  z.strictObject({ op: z.literal('set'), key: stateKeySchema, value: z.json() }),
  z.strictObject({ op: z.literal('increment'), key: stateKeySchema, by: z.number().default(1) }),
  z.strictObject({ op: z.literal('append'), key: stateKeySchema, value: z.json() }),
  z.strictObject({ op: z.literal('addToSet'), key: stateKeySchema, value: z.json() }),
  z.strictObject({ op: z.literal('removeFromSet'), key: stateKeySchema, value: z.json() }),
  z.strictObject({
    op: z.literal('compareAndSwap'),
    key: stateKeySchema,
    expected: z.json(),
    value: z.json(),
  }),
]);
export type StateOperation = z.output<typeof stateOperationSchema>;
