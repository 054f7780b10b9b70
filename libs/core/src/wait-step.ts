import { z } from 'zod';
import { formSchema } from './approval-form.js';
import { durationSchema } from './duration-schema.js';

/** Names of signals: safe in keys and paths. */
export const signalNameSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,62}$/,
    'must be 1 to 63 of a-z, 0-9, _ and -, and start with a letter or digit',
  );

/** What becomes of a step whose wait was not ended in time; `continue` completes it with null. */
export const onTimeoutSchema = z.enum(['fail', 'skip', 'continue']);
export type OnTimeout = z.output<typeof onTimeoutSchema>;

const limited = { timeout: durationSchema.optional(), on_timeout: onTimeoutSchema.optional() };

function hasItsTimeout({ timeout, on_timeout }: { timeout?: number; on_timeout?: string }): boolean {
  return timeout !== undefined || on_timeout === undefined;
}
const NO_TIMEOUT = { path: ['on_timeout'], message: 'needs a timeout' };

const signalSchema = z.strictObject({ name: signalNameSchema, ...limited }).refine(hasItsTimeout, NO_TIMEOUT);

const approvalSchema = z
  .strictObject({
    /** Who should decide; shown, not checked. */
    approvers: z.string().max(500).optional(),
    form: formSchema.default({}),
    ...limited,
  })
  .refine(hasItsTimeout, NO_TIMEOUT);
export type Approval = z.output<typeof approvalSchema>;

/** The fields that say what a step waits for. */
export const waitFields = {
  signal: signalSchema.optional(),
  approval: approvalSchema.optional(),
  sleep: durationSchema.optional(),
  until: z.iso.datetime({ offset: true, error: 'must be a time such as "2026-01-31T09:00:00Z"' }).optional(),
};

const KINDS = ['signal', 'approval', 'sleep', 'until'] as const;
export const ONE_KIND_OF_WAIT = { message: `must have exactly one of ${KINDS.join(', ')}` };

export function waitsForOneThing(step: Partial<Record<(typeof KINDS)[number], unknown>>): boolean {
  return KINDS.filter((kind) => step[kind] !== undefined).length === 1;
}
