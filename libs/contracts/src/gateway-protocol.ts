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

/**
 * Every code of the gateway's problems, and the HTTP status that goes with it. What is 500 and above may
 * pass: the same call is to be made again. Everything else is final.
 */
export const GATEWAY_PROBLEM_STATUS = {
  INVALID_INPUT: 400,
  INVALID_JSON: 400,
  /** The credential is not of the form `<task id>:<token>`. */
  UNAUTHENTICATED: 401,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  /** The credential's attempt is not the running one: its work is no longer wanted. */
  STALE_ATTEMPT: 409,
  /** An earlier attempt made another call under this number. */
  OPERATION_CONFLICT: 409,
  BODY_TOO_LARGE: 413,
  VALUE_TOO_LARGE: 413,
  /** The run's state, a list or set of it, or the task's log of calls has no more room. */
  STATE_FULL: 413,
  /** What the key holds is not what the operation works on. */
  WRONG_TYPE: 422,
  INTERNAL: 500,
  UNAVAILABLE: 503,
} as const;
export type GatewayProblemCode = keyof typeof GATEWAY_PROBLEM_STATUS;
