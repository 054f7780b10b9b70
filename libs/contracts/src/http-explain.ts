import { z } from 'zod';
import { stepStatusSchema } from './http-run.js';
import { taskErrorSchema, timeSchema } from './http-value.js';

const count = z.int().min(0);
const inPool = { pool: z.string(), host: z.string() };
const ofLimit = {
  limit: z.enum(['global', 'workflow', 'key']),
  /** The expression, and what it came to for this run. */
  key: z.string().optional(),
  value: z.string().optional(),
  lanes_waiting: count,
};
const why = <R extends string, T extends z.ZodRawShape>(reason: R, shape: T) =>
  z.object({ reason: z.literal(reason), ...shape });

/** Why tasks of a step do not run at present. */
export const waitReasonSchema = z.discriminatedUnion('reason', [
  why('dependency', { on: z.array(z.object({ step: z.string(), status: stepStatusSchema })) }),
  why('opening', {}),
  why('paused', {}),
  why('waits_for', {
    what: z.enum(['signal', 'approval', 'time']),
    /** The name of the signal. */
    signal: z.string().optional(),
    /** When the wait is over by itself. */
    until: timeSchema.nullable(),
  }),
  why('child_runs', { running: count }),
  why('retry_backoff', { tasks: count, until: timeSchema }),
  why('parallel_limit', { running: count, limit: count }),
  why('limit', { ...ofLimit, max_parallel: count, held: count }),
  why('rate', { ...ofLimit, count, per_ms: count, until: timeSchema }),
  why('no_host', { pool: z.string() }),
  why('pool_drained', { pool: z.string() }),
  why('pool_broken', { ...inPool, error: taskErrorSchema, retry_at: timeSchema }),
  why('agents_starting', { ...inPool, starting: count, lanes_waiting: count }),
  why('pool_full', { ...inPool, busy: count, size: count, lanes_waiting: count }),
  why('queued', { pool: z.string() }),
]);
export type WaitReasonBody = z.output<typeof waitReasonSchema>;

/** `GET /runs/{id}/explain`: of each step that has not ended what it waits for. */
export const explanationSchema = z.object({
  run_id: z.string(),
  at: timeSchema,
  steps: z.array(
    z.object({
      step: z.string(),
      status: stepStatusSchema,
      running: count,
      /** Tasks that could run, but do not; 0 while the step's tasks are not known. */
      waiting: count,
      reasons: z.array(waitReasonSchema),
    }),
  ),
});
export type ExplanationBody = z.output<typeof explanationSchema>;
