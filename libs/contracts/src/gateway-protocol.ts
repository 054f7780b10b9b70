import { stateOperationSchema } from '@agentainer/core';
import { z } from 'zod';

/**
 * `POST /state` on the gateway's socket, with `Authorization: Bearer <task id>:<token>`.
 * `seq` numbers the task's calls from 1, alike in every attempt; a repeated call gets its first answer.
 */
export const stateCallSchema = z.object({
  seq: z.int().min(1).max(1_000_000),
  operation: stateOperationSchema,
});
export type StateCall = z.output<typeof stateCallSchema>;

/**
 * `value`: what `get` read; what `set`, `increment` and `compareAndSwap` left there; for `append` the number
 * of elements; for `addToSet` and `removeFromSet` whether the set changed. Null where there is nothing.
 * `swapped` is of `compareAndSwap`.
 */
export const stateAnswerSchema = z.object({ value: z.json(), swapped: z.boolean().optional() });
export type StateAnswer = z.output<typeof stateAnswerSchema>;
