import { setTimeout as sleep } from 'node:timers/promises';
import type { LogStream } from '@agentainer/core';
import type { KeptChunk, LogAttempt, LogChunk, LogObserver, LogStore, LogText } from './log-port.js';

/** The least time between two writes of an attempt, in milliseconds. */
const EVERY_MS = 200;
/** What waits to be written, at most, in bytes: older text makes room. */
const MOST_WAITING = 128 * 1_024;
/** Texts that follow one another become one chunk up to so many bytes. */
const CHUNK = 8 * 1_024;
/** What a chunk costs beside its text, in bytes. */
const ENVELOPE = 100;

export interface LogBookOptions {
  store: LogStore;
  /** What is kept of one attempt, in bytes: of more the newest. At 0 nothing is. */
  attemptBytes: number;
  observer: LogObserver;
}

/** The logs that a worker writes. */
export class LogBook {
  private readonly writes = new Set<Promise<void>>();

  constructor(readonly options: LogBookOptions) {}

  /** Undefined where no logs are kept. */
  open(attempt: LogAttempt): LogWriter | undefined {
    if (this.options.attemptBytes === 0) return undefined;
    return new LogWriter(attempt, this.options, (write) => {
      this.writes.add(write);
      void write.then(() => this.writes.delete(write));
    });
  }

  /** Resolves when what was to be written is, or after so many milliseconds. */
  async settled(deadlineMs: number): Promise<void> {
    const late = new AbortController();
    const time = sleep(deadlineMs, undefined, { signal: late.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.writes), time]);
    late.abort();
  }
}

interface WaitingChunk extends LogChunk {
  bytes: number;
}

/**
 * Writes what one attempt prints, a batch at a time and apart from the attempt: nobody waits for it, and what cannot be written is
 * left out, which shows in the offsets of what follows. A task that prints nothing costs nothing.
 */
export class LogWriter {
  private readonly offsets: Record<LogStream, number> = { stdout: 0, stderr: 0 };
  private readonly kept: KeptChunk[] = [];
  private keptBytes = 0;
  private waiting: WaitingChunk[] = [];
  private waitingBytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private isBusy = false;
  private isRefused = false;

  constructor(
    private readonly attempt: LogAttempt,
    private readonly options: LogBookOptions,
    private readonly track: (write: Promise<void>) => void,
  ) {}

  note({ stream, text, leftOut }: LogText): void {
    const bytes = Buffer.byteLength(text);
    const offset = this.offsets[stream] + leftOut;
    this.offsets[stream] = offset + bytes;
    if (leftOut > 0) this.options.observer.dropped('agent', leftOut);
    if (this.isRefused) return this.options.observer.dropped('late', bytes);
    const last = this.waiting.at(-1);
    if (last?.stream === stream && last.offset + last.bytes === offset && last.bytes + bytes <= CHUNK) {
      last.text += text;
      last.bytes += bytes;
    } else {
      this.waiting.push({ stream, offset, text, bytes });
      this.waitingBytes += ENVELOPE;
    }
    this.waitingBytes += bytes;
    this.makeRoom();
    if (!this.isBusy) this.timer ??= setTimeout(() => this.write(), EVERY_MS);
  }

  /** The attempt has ended: writes what is left at once, before whatever is asked of the same connection next. */
  end(): void {
    if (this.waiting.length > 0) this.write();
  }

  private makeRoom(): void {
    const most = Math.min(MOST_WAITING, this.options.attemptBytes);
    while (this.waitingBytes > most && this.waiting.length > 1) {
      const { bytes } = this.waiting.shift()!;
      this.waitingBytes -= bytes + ENVELOPE;
      this.options.observer.dropped('slow', bytes);
    }
  }

  private write(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const chunks = this.waiting;
    const cost = this.waitingBytes;
    const bytes = cost - chunks.length * ENVELOPE;
    this.waiting = [];
    this.waitingBytes = 0;
    this.isBusy = true;
    const { store, observer } = this.options;
    const write = store.append(this.attempt, chunks, this.obsolete(cost)).then(
      (kept) => {
        this.isRefused ||= kept === undefined;
        if (!kept) return observer.dropped('late', bytes);
        observer.kept(bytes);
        this.keptBytes += kept.reduce((sum, chunk) => sum + chunk.bytes, 0);
        this.kept.push(...kept);
      },
      () => observer.dropped('failed', bytes),
    );
    this.track(
      write.then(() => {
        this.isBusy = false;
        if (this.waiting.length > 0) this.timer ??= setTimeout(() => this.write(), EVERY_MS);
      }),
    );
  }

  /** The oldest chunks, as many as must go so that so many bytes more are within the limit. */
  private obsolete(more: number): KeptChunk[] {
    let count = 0;
    for (; count < this.kept.length && this.keptBytes + more > this.options.attemptBytes; count++)
      this.keptBytes -= this.kept[count]!.bytes;
    return this.kept.splice(0, count);
  }
}
