import { durationSchema } from '@agentainer/core';
import { z } from 'zod';
import { anyJsonSchema, timeSchema } from './http-value.js';

const WEEK_MS = 7 * 86_400_000;

/** `POST /runs/{id}/signals/{name}`. */
export const signalRequestSchema = z.strictObject({ data: anyJsonSchema.default(null) }).prefault({});
export const signalAnswerSchema = z.object({ run_id: z.string(), signal: z.string() });

/** An approval that a run waits for. */
export const approvalSchema = z.object({
  run_id: z.string(),
  step: z.string(),
  approvers: z.string().nullable(),
  form: z.record(z.string(), z.json()),
  waiting_since: timeSchema,
  /** When its time is over. */
  expires_at: timeSchema.nullable(),
});
export type ApprovalBody = z.output<typeof approvalSchema>;
export const approvalListSchema = z.object({ items: z.array(approvalSchema) });

/** `POST /runs/{id}/approvals/{step}` and `POST /approvals/{token}`: the form, filled in. */
export const decisionRequestSchema = z.strictObject({
  decision: z.enum(['approve', 'reject']),
  data: anyJsonSchema.default({}),
});
export type DecisionRequest = z.input<typeof decisionRequestSchema>;
export const decisionAnswerSchema = z.object({
  run_id: z.string(),
  step: z.string(),
  decision: z.enum(['approve', 'reject']),
});

/** `POST /runs/{id}/approvals/{step}/link`. */
export const linkRequestSchema = z.strictObject({ expires_in: durationSchema.default(WEEK_MS) }).prefault({});
/** Whoever has the path may decide once, without an API key. */
export const linkSchema = z.object({ path: z.string(), expires_at: timeSchema });
