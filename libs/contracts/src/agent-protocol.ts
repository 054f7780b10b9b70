import { LOG_STREAMS, MAX_DURATION_MS } from '@agentainer/core';
import { z } from 'zod';

/*
 * The protocol between a worker and an agent: HTTP/1.1 over the Unix socket `agent.sock` in the agent's
 * directory. `GET /health`, `POST /tasks` (answered as NDJSON), `DELETE /tasks/{id}`.
 */

/** What an agent answers to `GET /health`. `boot_id` changes whenever the agent starts anew. */
export const healthSchema = z.object({ status: z.literal('ok'), boot_id: z.string().min(1).max(64) });
export type Health = z.output<typeof healthSchema>;

/**
 * The right to use the agent, sent with each task. An agent that serves several tasks at once has as many slots, from 0 on;
 * it runs one task in each, and refuses an `epoch` lower than the highest it saw there.
 */
export const leaseClaimSchema = z.object({
  id: z.string(),
  epoch: z.int().positive(),
  slot: z.int().min(0).optional(),
});

export const taskContextSchema = z.object({
  id: z.string(),
  run_id: z.string(),
  workflow_id: z.string().nullable(),
  /** The job that started the run of this one; null where none did. */
  parent_id: z.string().nullable().optional(),
  step: z.string(),
  kind: z.enum(['sequential', 'map', 'reduce']),
  index: z.int(),
  /** Of a reduce step with `fan_in`: 0 where the task gets outcomes of the map, else those of tasks one level below. */
  level: z.int().min(0).optional(),
  attempt: z.int(),
  /** The attempt's fencing token; with the task's id it is the agent's credential at the gateway. */
  token: z.string(),
  timeout_ms: z.int(),
  /** How often the worker wants a heartbeat, in milliseconds; none is needed where it is left out. */
  heartbeat_ms: z.int().positive().optional(),
});
/** What a task knows of itself. */
export type TaskContext = z.output<typeof taskContextSchema>;

/** A line by which an agent says that its task makes progress; how it is written is up to the agent. */
export const HEARTBEAT_LINE = '{"type":"heartbeat"}';

/** How a line begins that reports an intermediate result: `{"type":"progress","value":…}`, `value` of MAX_PROGRESS_BYTES at most. */
export const PROGRESS_LINE_HEAD = '{"type":"progress","value":';

/**
 * A line with what the task printed, MAX_LOG_LINE_BYTES at most. The text may be several lines, or begin and end within
 * one: texts of a stream follow one another as they were printed. `left_out` bytes before it were printed and not sent.
 */
export const logLineSchema = z.strictObject({
  type: z.literal('log'),
  stream: z.enum(LOG_STREAMS),
  text: z.string(),
  left_out: z.int().min(0).optional(),
});
export type LogLine = z.output<typeof logLineSchema>;

/** The body of `POST /tasks`. `input` comes last, so that it can be streamed. */
export const taskRequestSchema = z.object({
  lease: leaseClaimSchema,
  task: taskContextSchema,
  input: z.json(),
});
export type TaskRequest = z.output<typeof taskRequestSchema>;

/**
 * Whether the task has left nothing to the next one: no files, processes or memory. An agent that cannot tell leaves it
 * out; then its host looks from outside.
 */
const clean = z.boolean().optional();

/**
 * The last line, `result`, `dropped` or `problem`, of the answer to `POST /tasks`. Lines {@link HEARTBEAT_LINE},
 * {@link PROGRESS_LINE_HEAD} and {@link LogLine} may come before it, while the task runs. It may come before the whole body was sent: the
 * worker then sends no more of it, and ends it.
 */
export const taskMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('result'), clean, result: z.json() }),
  /** The item of a map step is done with and has no result. */
  z.object({ type: z.literal('dropped'), clean }),
  z.object({
    type: z.literal('problem'),
    clean,
    code: z.string().min(1).max(64),
    message: z.string(),
    detail: z.string().optional(),
    retryable: z.boolean().optional(),
    /** No further attempt before so many milliseconds. */
    retry_after_ms: z.int().min(0).max(MAX_DURATION_MS).optional(),
  }),
]);
export type TaskMessage = z.output<typeof taskMessageSchema>;
