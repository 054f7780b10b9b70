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
const inLine = { lanes_waiting: count };
/** Memory or a disk of the host is nearly full, so that it keeps no agents ahead of need. */
const starting = { host_pressed: z.boolean(), ...inLine };
const why = <R extends string, T extends z.ZodRawShape>(reason: R, shape: T) =>
  z.object({ reason: z.literal(reason), ...shape, message: z.string() });
/** Agents do not start: why the latest one did not, how many in a row, and when the next one is tried. */
const noStart = <R extends string>(reason: R) =>
  why(reason, {
    ...{ ...inPool, error: taskErrorSchema, failures: count, retry_at: timeSchema, ...inLine },
    /** Other hosts have the share of this one until agents start there again. */
    share_elsewhere: z.boolean(),
  });

/** Why tasks of a step do not run at present; `message` says it to people, and what to do where there is something to do. */
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
  why('pool_drained', { pool: z.string(), agents: count }),
  why('hosts_drained', { pool: z.string(), hosts: z.array(z.string()) }),
  why('no_share', { pool: z.string(), agents: count }),
  why('no_worker', inPool),
  why('pool_full', { ...inPool, busy: count, size: count, ...inLine }),
  why('image_pulling', { ...inPool, ...inLine }),
  noStart('image_missing'),
  noStart('pull_failed'),
  noStart('not_permitted'),
  noStart('network_missing'),
  noStart('engine_away'),
  noStart('pool_broken'),
  why('agents_starting', { ...inPool, starting: count, ...starting }),
  why('agents_ending', { ...inPool, ending: count, size: count, ...inLine }),
  why('reuse', { ...inPool, idle: count, size: count, ...inLine }),
  why('start_pending', { ...inPool, ...starting }),
  why('queued', { pool: z.string(), workers: count }),
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
