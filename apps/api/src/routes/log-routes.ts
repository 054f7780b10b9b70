import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isTerminal, NotFoundError, parse, RUN_TRANSITIONS } from '@agentainer/core';
import { jobLogQuerySchema, runLogQuerySchema } from '@agentainer/contracts';
import { withDeadline } from '@agentainer/runtime';
import type { Response } from 'express';
import { sendAnswer } from '../http/answer.js';
import { ANSWER_DEADLINE_MS } from '../http/deadline.js';
import type { Followers } from '../http/followers.js';
import { queryOf } from '../http/query.js';
import type { Exchange, Route } from '../http/route.js';
import type { Parts } from '../parts.js';
import type { JobReader } from '../reading/job-reader.js';
import { followLogs } from '../reading/log-follow.js';
import { hasEnded, LogReader, type LogScope, scopeOfTask } from '../reading/log-reader.js';
import type { RunReader } from '../reading/run-reader.js';

/** What is asked for: from where on, and for how long. */
interface LogRequest {
  scope: LogScope;
  query: { cursor?: string; tail?: number; limit: number; follow: boolean };
  /** Whether nothing more is printed. */
  ended: () => Promise<boolean>;
}

/** What tasks printed. */
export function logRoutes(
  { logs: store, followers }: Pick<Parts, 'logs' | 'followers'>,
  runs: RunReader,
  jobs: JobReader,
): Route[] {
  const logs = new LogReader(store);
  const ofJob = async ({ request }: Exchange): Promise<LogRequest> => {
    const { attempt, stream, ...query } = parse(jobLogQuerySchema, queryOf(request));
    const id = String(request.params.id);
    const task = await jobs.task(id);
    const ended = () => untilGone(async () => hasEnded(await jobs.task(id), attempt));
    return { scope: scopeOfTask(task, { attempt, stream }), query, ended };
  };
  const ofRun = async ({ request }: Exchange): Promise<LogRequest> => {
    const { step, stream, ...query } = parse(runLogQuerySchema, queryOf(request));
    const { id: runId } = await runs.run(String(request.params.id));
    const ended = () => untilGone(async () => isTerminal(RUN_TRANSITIONS, (await runs.run(runId)).state));
    return { scope: { runId, step, stream, since: 0 }, query, ended };
  };
  return [
    { method: 'GET', path: '/jobs/:id/logs', scope: 'read', handle: (to) => tell(to, ofJob) },
    { method: 'GET', path: '/runs/:id/logs', scope: 'read', handle: (to) => tell(to, ofRun) },
  ];

  async function tell(exchange: Exchange, read: (exchange: Exchange) => Promise<LogRequest>): Promise<void> {
    const { response } = exchange;
    const asked = await withDeadline('the answer', ANSWER_DEADLINE_MS, read(exchange));
    if (asked.query.follow) return follow(response, followers, logs, asked);
    const body = await withDeadline('the answer', ANSWER_DEADLINE_MS, pageOf(logs, asked));
    await sendAnswer(response, { body });
  }
}

async function pageOf(logs: LogReader, { scope, query }: LogRequest) {
  if (query.tail === undefined) return logs.page(scope, query);
  const { items } = await logs.tail(scope, query.tail);
  return { items, next_cursor: null };
}

/** One line of JSON for each entry, until the end. */
async function follow(
  response: Response,
  followers: Followers,
  logs: LogReader,
  { scope, query: { cursor, tail }, ended }: LogRequest,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  await followers.follow(gone.signal, async (signal) => {
    response.status(200).type('application/x-ndjson').set('Cache-Control', 'no-store');
    if (response.req.method === 'HEAD') return void response.end();
    const lines = followLogs(logs, scope, { cursor, tail, ended, signal });
    // A client that went away is no fault of anybody.
    await pipeline(Readable.from(jsonLines(lines)), response).catch((error: unknown) => {
      if (!gone.signal.aborted) throw error;
    });
  });
}

async function* jsonLines(values: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const value of values) yield `${JSON.stringify(value)}\n`;
}

/** What was deleted prints nothing any more. */
async function untilGone(ended: () => Promise<boolean>): Promise<boolean> {
  try {
    return await ended();
  } catch (error) {
    if (error instanceof NotFoundError) return true;
    throw error;
  }
}
