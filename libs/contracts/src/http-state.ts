import { type Json, stateKeySchema } from '@agentainer/core';
import { z } from 'zod';
import { anyJsonSchema } from './http-value.js';

/** `GET …/state`: everything that the tasks of a run share. */
export const stateSchema = z.object({ run_id: z.string(), state: z.record(z.string(), anyJsonSchema) });
export type StateBody = z.output<typeof stateSchema>;

/** `GET …/state/{key}`. */
export const stateValueSchema = z.object({ run_id: z.string(), key: z.string(), value: anyJsonSchema });
export type StateValueBody = z.output<typeof stateValueSchema>;

/** Not a `z.record`: that one drops a key named `__proto__` without a word, and hides what is wrong with a key. */
const stateValuesSchema = (anyJsonSchema as z.ZodType<Record<string, Json>>).superRefine((values, ctx) => {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    ctx.addIssue({ code: 'custom', message: 'must be an object of keys and values' });
    return;
  }
  for (const key of Object.keys(values)) {
    const message = key === '__proto__' ? 'is not allowed as a key' : keyFault(key);
    if (message) ctx.addIssue({ code: 'custom', path: [key.slice(0, 200)], message });
  }
});

function keyFault(key: string): string | undefined {
  const parsed = stateKeySchema.safeParse(key);
  return parsed.success ? undefined : `as a key ${parsed.error.issues[0]!.message}`;
}

/** `PUT …/state`: sets these keys and leaves the others alone. */
export const putStateRequestSchema = z.strictObject({ state: stateValuesSchema });
export type PutStateRequest = z.input<typeof putStateRequestSchema>;

/** What `PUT …/state` answers: the run whose state was changed. */
export const putStateAnswerSchema = z.object({ run_id: z.string() });
export type PutStateAnswer = z.output<typeof putStateAnswerSchema>;
