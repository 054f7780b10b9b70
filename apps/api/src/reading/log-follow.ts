import { setTimeout as sleep } from 'node:timers/promises';
import type { LogFollowLine } from '@agentainer/contracts';
import type { LogReader, LogScope } from './log-reader.js';

/** Milliseconds between two looks for more. */
const EVERY_MS = 300;
/** Milliseconds without anything to tell after which the client is told that the connection lives. */
const HEARTBEAT_MS = 10_000;
const PAGE = 200;

export interface FollowOptions {
  /** The entry that was seen last. */
  cursor?: string;
  /** Begins with so many of the last lines. */
  tail?: number;
  /** Whether nothing more is printed. */
  ended: () => Promise<boolean>;
  signal: AbortSignal;
}

/** Tells entries as they are written, until all has ended and is told, or the signal aborts. */
export async function* followLogs(
  logs: LogReader,
  scope: LogScope,
  { cursor, tail, ended, signal }: FollowOptions,
): AsyncGenerator<LogFollowLine> {
  let at = cursor;
  let toldAt = performance.now();
  // Sent at once, so that the client sees that it follows.
  yield { type: 'heartbeat' };
  if (tail !== undefined) {
    const last = await logs.tail(scope, tail);
    at = last.cursor;
    for (const entry of last.items) yield { type: 'log', ...entry };
  }
  for (let over = false; !signal.aborted;) {
    // Asked before reading: what was printed by then is read.
    const isOver = await ended();
    for (let more = true; more && !signal.aborted;) {
      const { items, next_cursor } = await logs.page(scope, { cursor: at, limit: PAGE });
      at = next_cursor ?? items.at(-1)?.id ?? at;
      more = next_cursor !== null;
      if (items.length > 0) toldAt = performance.now();
      for (const entry of items) yield { type: 'log', ...entry };
    }
    if (over && isOver) {
      yield { type: 'end' };
      return;
    }
    over = isOver;
    if (performance.now() - toldAt >= HEARTBEAT_MS) {
      toldAt = performance.now();
      yield { type: 'heartbeat' };
    }
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}
