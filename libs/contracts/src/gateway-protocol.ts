import {
  durationSchema,
  imageSchema,
  nameSchema,
  retrySchema,
  secretNameSchema,
  stateOperationSchema,
} from '@agentainer/core';
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

/** `POST /secrets` on the gateway's socket, with the same credential. Answers `{"value": …}`, the secret's text. */
export const secretCallSchema = z.object({ name: secretNameSchema });

/**
 * `POST /start`, with the same credential and numbers: starts a job, or a run of a workflow, that the step may start. A
 * repeated call gets its first answer and starts nothing.
 */
export const startCallSchema = z.strictObject({
  seq: z.int().min(1).max(1_000_000),
  start: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('job'),
      image: imageSchema,
      /** The job's step is named after this and the step that starts it. */
      step_id: nameSchema.optional(),
      input: z.json().default(null),
      timeout: durationSchema.optional(),
      retry: retrySchema.optional(),
    }),
    z.strictObject({
      kind: z.literal('workflow'),
      workflow: z.string().max(64),
      version: z.int().min(1).optional(),
      input: z.json().default(null),
    }),
  ]),
});
export type StartCall = z.input<typeof startCallSchema>;

/** The run that was started, and the job in it where it has only one. */
export const startAnswerSchema = z.object({
  value: z.object({ run_id: z.string(), job_id: z.string().nullable() }),
});
export type StartAnswerBody = z.output<typeof startAnswerSchema>;

/**
 * Every code of the gateway's problems, and the HTTP status that goes with it. What is 500 and above may
 * pass: the same call is to be made again. Everything else is final.
 */
export const GATEWAY_PROBLEM_STATUS = {
  INVALID_INPUT: 400,
  INVALID_JSON: 400,
  /** The credential is not of the form `<task id>:<token>`. */
  UNAUTHENTICATED: 401,
  /** The step does not allow that. */
  FORBIDDEN: 403,
  /** The step of the task does not name the secret. */
  SECRET_NOT_ALLOWED: 403,
  NOT_FOUND: 404,
  /** There is no secret of that name, or the instance has no key for secrets. */
  SECRET_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  /** The credential's attempt is not the running one: its work is no longer wanted. */
  STALE_ATTEMPT: 409,
  /** An earlier attempt made another call under this number. */
  OPERATION_CONFLICT: 409,
  BODY_TOO_LARGE: 413,
  VALUE_TOO_LARGE: 413,
  /** The run's state, a list or set of it, or the task's log of calls has no more room. */
  STATE_FULL: 413,
  /** The task has started as much as its step allows. */
  TOO_MANY_STARTS: 422,
  /** What the key holds is not what the operation works on. */
  WRONG_TYPE: 422,
  INTERNAL: 500,
  UNAVAILABLE: 503,
} as const;
export type GatewayProblemCode = keyof typeof GATEWAY_PROBLEM_STATUS;
