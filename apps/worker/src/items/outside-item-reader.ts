import type { ItemFormat, OutsideItems } from '@agentainer/core';
import { type ItemAccess, type ItemReader, ItemSourceError } from '@agentainer/engine';
import { DeadlineError, withDeadline } from '@agentainer/runtime';
import { csvRows } from './csv-rows.js';
import { invalid, ItemText } from './item-text.js';
import { jsonLines } from './json-lines.js';
import { jsonList } from './json-list.js';
import { openFile } from './open-file.js';
import type { OpenItems } from './open-items.js';
import { openUrl } from './open-url.js';

/** How long a source may take, in milliseconds. */
export interface ReadingTimes {
  /** Until it answers, and between two pieces of what it sends. */
  idleMs: number;
  /** For all of it, from the first to the last item. */
  totalMs: number;
}

export const DEFAULT_READING_TIMES: ReadingTimes = { idleMs: 30_000, totalMs: 600_000 };

const PARSERS: Record<ItemFormat, (text: ItemText, pointer?: string) => AsyncIterable<string>> = {
  json: jsonList,
  jsonl: jsonLines,
  csv: csvRows,
};

/** Reads items from URLs and files that are allowed, piece by piece. */
export class OutsideItemReader implements ItemReader {
  /** @param stop aborts what is being read */
  constructor(
    private readonly access: ItemAccess,
    private readonly stop: AbortSignal,
    private readonly times: ReadingTimes = DEFAULT_READING_TIMES,
  ) {}

  async *read(source: OutsideItems): AsyncGenerator<string> {
    const end = new AbortController();
    const signal = AbortSignal.any([this.stop, end.signal]);
    const endsAt = performance.now() + this.times.totalMs;
    try {
      const opening = 'url' in source ? openUrl(source, this.access, signal) : openFile(source, this.access);
      const { bytes, format } = await this.inTime(opening, endsAt);
      if (!format) throw invalid('their format is not known: it is to be said, as json, jsonl or csv');
      yield* PARSERS[format](new ItemText(this.pieces(bytes, endsAt)), source.pointer);
    } finally {
      end.abort();
    }
  }

  private async *pieces(bytes: OpenItems['bytes'], endsAt: number): AsyncGenerator<Uint8Array> {
    const pieces = bytes[Symbol.asyncIterator]();
    try {
      for (;;) {
        const { done, value } = await this.inTime(pieces.next(), endsAt);
        if (done) return;
        yield value;
      }
    } finally {
      // A source that is stuck is not waited for: whoever reads aborts it.
      pieces.return?.()?.catch(() => undefined);
    }
  }

  /** @throws {ItemSourceError} where it takes too long, or breaks off */
  private async inTime<T>(work: Promise<T>, endsAt: number): Promise<T> {
    const ms = Math.max(0, Math.min(this.times.idleMs, endsAt - performance.now()));
    try {
      return await withDeadline('reading', ms, work);
    } catch (error) {
      this.stop.throwIfAborted();
      if (error instanceof ItemSourceError) throw error;
      const what = error instanceof DeadlineError ? 'took too long' : 'broke off';
      throw new ItemSourceError('ITEMS_UNAVAILABLE', `reading them ${what}`, true, { cause: error });
    }
  }
}
