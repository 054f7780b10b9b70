import { setTimeout as sleep } from 'node:timers/promises';
import type { LogStream } from '@agentainer/core';
import {
  type LogEntryBody,
  logFollowLineSchema,
  type LogFollowLine,
  logPageSchema,
} from '@agentainer/contracts';
import { ServiceUnavailableError, UnexpectedAnswerError, UnreachableError } from './api-errors.js';
import type { Transport } from './transport.js';

/** The server says that it lives every 10 s: after so many milliseconds without a word the connection is given up. */
const SILENCE_MS = 30_000;
/** How often in a row a connection that broke is made again, and the pause before it in milliseconds. */
const MAX_FAILURES = 8;
const PAUSE_MS = 500;
/** The longest line that is taken, in characters. */
const LONGEST_LINE = 1_024 * 1_024;

export interface LogOptions {
  /** Only what was printed there. */
  stream?: LogStream;
  /** Only so many of the last lines. */
  tail?: number;
  /** The id of the entry that was seen last. */
  cursor?: string;
}
export interface JobLogOptions extends LogOptions {
  /** Only what this attempt printed. */
  attempt?: number;
}
export interface RunLogOptions extends LogOptions {
  /** Only what tasks of this step printed. */
  step?: string;
}
interface PageLimit {
  limit?: number;
}
interface FollowOptions {
  signal?: AbortSignal;
}

/** What tasks printed. */
export class LogsClient {
  constructor(private readonly transport: Transport) {}

  /** A page of what the attempts of a job printed, in the order in which it was written. */
  ofJob(id: string, options: JobLogOptions & PageLimit = {}) {
    return this.page(pathOf('jobs', id), options);
  }

  /** A page of what all tasks of a run printed. */
  ofRun(id: string, options: RunLogOptions & PageLimit = {}) {
    return this.page(pathOf('runs', id), options);
  }

  /** What a job prints, as it does, until it has ended. Goes on behind a connection that broke. */
  followJob(id: string, { signal, ...options }: JobLogOptions & FollowOptions = {}) {
    return this.follow(pathOf('jobs', id), options, signal);
  }

  /** What all tasks of a run print, until it has ended. */
  followRun(id: string, { signal, ...options }: RunLogOptions & FollowOptions = {}) {
    return this.follow(pathOf('runs', id), options, signal);
  }

  private page(path: string, options: JobLogOptions & RunLogOptions & PageLimit) {
    return this.transport.json({ method: 'GET', path, query: { ...options } }, logPageSchema);
  }

  private async *follow(
    path: string,
    options: JobLogOptions & RunLogOptions,
    signal?: AbortSignal,
  ): AsyncGenerator<LogEntryBody> {
    let from = options;
    for (let failures = 0; ;) {
      try {
        for await (const line of this.lines(path, from, signal)) {
          failures = 0;
          if (line.type === 'end') return;
          if (line.type !== 'log') continue;
          const { type: _, ...entry } = line;
          from = { ...options, tail: undefined, cursor: entry.id };
          yield entry;
        }
        throw new UnreachableError(path, 'the answer was cut');
      } catch (error) {
        failures += 1;
        const passes = error instanceof UnreachableError || error instanceof ServiceUnavailableError;
        if (signal?.aborted || !passes || failures > MAX_FAILURES) throw error;
      }
      await sleep(PAUSE_MS * failures, undefined, { signal });
    }
  }

  /** The lines of one connection. */
  private async *lines(
    path: string,
    options: LogOptions,
    signal?: AbortSignal,
  ): AsyncGenerator<LogFollowLine> {
    const silence = new AbortController();
    const ends = signal ? AbortSignal.any([silence.signal, signal]) : silence.signal;
    const timer = setTimeout(() => silence.abort(), SILENCE_MS);
    try {
      const query = { ...options, follow: 'true' };
      let begun = '';
      for await (const part of this.transport.parts({ method: 'GET', path, query, signal: ends })) {
        timer.refresh();
        const lines = (begun + part).split('\n');
        begun = lines.pop()!;
        if (begun.length > LONGEST_LINE) throw unexpected(path);
        for (const line of lines) yield lineOf(path, line);
      }
    } catch (error) {
      if (!silence.signal.aborted || signal?.aborted) throw error;
      throw new UnreachableError(path, `nothing came for ${SILENCE_MS} ms`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}

function lineOf(path: string, text: string): LogFollowLine {
  try {
    return logFollowLineSchema.parse(JSON.parse(text));
  } catch (error) {
    throw unexpected(path, error);
  }
}

function unexpected(path: string, cause?: unknown): UnexpectedAnswerError {
  return new UnexpectedAnswerError(path, 'it is not what this API answers', { cause });
}

function pathOf(kind: 'jobs' | 'runs', id: string): string {
  return `/${kind}/${encodeURIComponent(id)}/logs`;
}
