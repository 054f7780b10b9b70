import type { LogStream } from '@agentainer/core';
import type { KeptChunk, LogAttempt, LogChunk, LogReader, LogRecord, LogStore } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.js';
import { appendLog } from './scripts/log-append.js';

/** What the logs of a run may cost by default, in bytes. */
export const RUN_LOG_BYTES = 16 * 1_024 * 1_024;

/** The logs of runs in Redis: one stream for each run, in the order in which its tasks printed. */
export class RedisLogStore implements LogStore, LogReader {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly runBytes: number = RUN_LOG_BYTES,
  ) {}

  append(
    attempt: LogAttempt,
    chunks: readonly LogChunk[],
    obsolete: readonly KeptChunk[],
  ): Promise<KeptChunk[] | undefined> {
    return appendLog(this.redis, this.keys, attempt, { chunks, obsolete, runBytes: this.runBytes });
  }

  async after(runId: string, from: { id: string } | { at: number }, limit: number): Promise<LogRecord[]> {
    const begin = 'id' in from ? `(${from.id}` : String(from.at);
    const entries = await this.redis.xrange(this.keys.runLogs(runId), begin, '+', 'COUNT', limit);
    return entries.map((entry) => recordOf(runId, entry));
  }

  async before(runId: string, id: string | undefined, limit: number): Promise<LogRecord[]> {
    const end = id === undefined ? '+' : `(${id}`;
    const entries = await this.redis.xrevrange(this.keys.runLogs(runId), end, '-', 'COUNT', limit);
    return entries.map((entry) => recordOf(runId, entry));
  }
}

/** The fields are in the order in which log-append.lua writes them. */
function recordOf(runId: string, [id, fields]: [string, string[]]): LogRecord {
  const [, step, , index, , attempt, , stream, , offset, , text] = fields as [...string[]];
  return {
    id,
    at: Number(id.slice(0, id.indexOf('-'))),
    runId,
    step: step!,
    index: Number(index),
    attempt: Number(attempt),
    stream: stream as LogStream,
    offset: Number(offset),
    text: text!,
  };
}
