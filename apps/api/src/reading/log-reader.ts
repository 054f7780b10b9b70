import { formatTaskId, isTerminal, type LogStream, TASK_TRANSITIONS } from '@agentainer/core';
import type { LogEntryBody } from '@agentainer/contracts';
import type { LogReader as LogStore, LogRecord, TaskRecord } from '@agentainer/engine';
import type { PageOf } from './run-reader.js';

/** Entries read from the store at once. */
const AT_ONCE = 100;
/** Bounds of the work for one page: entries looked at, and bytes of text told. */
const BUDGET = 5_000;
const PAGE_BYTES = 1_024 * 1_024;

/** Which entries of a run are meant. */
export interface LogScope {
  runId: string;
  step?: string;
  index?: number;
  attempt?: number;
  stream?: LogStream;
  /** When the first of them can have been written. */
  since: number;
}

/** The entries of one task: none is older than its first attempt. */
export function scopeOfTask(
  { runId, step, index, startedAt }: TaskRecord,
  filter: { attempt?: number; stream?: LogStream },
): LogScope {
  return { ...filter, runId, step, index, since: startedAt };
}

/** Whether what is asked for cannot grow any more. */
export function hasEnded({ state, attempts }: TaskRecord, attempt?: number): boolean {
  return isTerminal(TASK_TRANSITIONS, state) || (attempt !== undefined && attempts > attempt);
}

/** Reads what tasks printed. */
export class LogReader {
  constructor(private readonly logs: LogStore) {}

  /** Entries behind one that was seen, or from the begin. A page may hold fewer than asked for. */
  async page(
    scope: LogScope,
    { cursor, limit }: { cursor?: string; limit: number },
  ): Promise<PageOf<LogEntryBody>> {
    const items: LogEntryBody[] = [];
    let from: { id: string } | { at: number } =
      cursor === undefined ? { at: Math.max(0, scope.since) } : { id: cursor };
    for (let seen = 0, bytes = 0; seen < BUDGET; seen += AT_ONCE) {
      const records = await this.logs.after(scope.runId, from, AT_ONCE);
      for (const record of records) {
        from = { id: record.id };
        if (!isIn(scope, record)) continue;
        items.push(entryOf(record));
        bytes += record.text.length;
        if (items.length >= limit || bytes >= PAGE_BYTES) return { items, next_cursor: record.id };
      }
      if (records.length < AT_ONCE) return { items, next_cursor: null };
    }
    return { items, next_cursor: 'id' in from ? from.id : null };
  }

  /** The last lines, so many at most, the oldest first; with where what comes after them begins. */
  async tail(scope: LogScope, lines: number): Promise<{ items: LogEntryBody[]; cursor: string | undefined }> {
    const items: LogEntryBody[] = [];
    let before: string | undefined;
    let cursor: string | undefined;
    for (let seen = 0, bytes = 0, left = lines; seen < BUDGET; seen += AT_ONCE) {
      const records = await this.logs.before(scope.runId, before, AT_ONCE);
      cursor ??= records[0]?.id;
      for (const record of records) {
        before = record.id;
        if (record.at < scope.since || left <= 0 || bytes >= PAGE_BYTES) return { items, cursor };
        if (!isIn(scope, record)) continue;
        const { entry, lines: count } = lastLines(entryOf(record), left);
        items.unshift(entry);
        left -= count;
        bytes += entry.text.length;
      }
      if (records.length < AT_ONCE) break;
    }
    return { items, cursor };
  }
}

function isIn({ step, index, attempt, stream }: LogScope, record: LogRecord): boolean {
  return (
    (step ?? record.step) === record.step &&
    (index ?? record.index) === record.index &&
    (attempt ?? record.attempt) === record.attempt &&
    (stream ?? record.stream) === record.stream
  );
}

function entryOf(record: LogRecord): LogEntryBody {
  const { id, attempt, stream, at, offset, text } = record;
  return { id, job_id: formatTaskId(record), attempt, stream, at: new Date(at).toISOString(), offset, text };
}

/** The end of an entry with so many lines at most, and how many it has. */
function lastLines(entry: LogEntryBody, most: number): { entry: LogEntryBody; lines: number } {
  const { text } = entry;
  let lines = 0;
  for (let end = text.endsWith('\n') ? text.length - 1 : text.length; end >= 0;) {
    lines += 1;
    const begin = end === 0 ? -1 : text.lastIndexOf('\n', end - 1);
    if (begin < 0) break;
    if (lines === most) {
      const cut = text.slice(0, begin + 1);
      const offset = entry.offset + Buffer.byteLength(cut);
      return { entry: { ...entry, offset, text: text.slice(begin + 1) }, lines };
    }
    end = begin;
  }
  return { entry, lines };
}
