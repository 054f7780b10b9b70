import { AsyncLocalStorage } from 'node:async_hooks';
import { StringDecoder } from 'node:string_decoder';
import type { LogLine } from '@agentainer/contracts';
import type { LogStream } from '@agentainer/core';
import type { LinesAhead } from './lines-ahead.js';

/** The least time between two lines, in milliseconds, unless much is printed. */
const EVERY_MS = 100;
/** Text that waits for that, in characters; as JSON it is within MAX_LOG_LINE_BYTES whatever it is. */
const MOST_WAITING = 8 * 1_024;
/** Bytes that the worker may have yet to take: what is printed beyond that is left out. */
const MOST_UNTAKEN = 1_024 * 1_024;

/** A child process with pipes for its output. */
export interface PrintingChild {
  readonly stdout?: NodeJS.ReadableStream | null;
  readonly stderr?: NodeJS.ReadableStream | null;
}

const running = new AsyncLocalStorage<TaskLog>();
const open = new Set<TaskLog>();

/** What one task prints, sent on in batches while it runs. */
export class TaskLog {
  private readonly decoders: Record<LogStream, StringDecoder> = {
    stdout: new StringDecoder(),
    stderr: new StringDecoder(),
  };
  private readonly leftOut: Record<LogStream, number> = { stdout: 0, stderr: 0 };
  private stream: LogStream = 'stdout';
  private waiting = '';
  private sentAt = -Infinity;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly lines: LinesAhead) {}

  /** The log of the task that called; undefined outside of tasks, and where the task has ended. */
  static current(): TaskLog | undefined {
    const log = running.getStore();
    return log && open.has(log) ? log : undefined;
  }

  /** The logs of the tasks that run. */
  static all(): readonly TaskLog[] {
    return [...open];
  }

  /** Does the work of the task; what is printed meanwhile, by it and all that it calls, is told. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    open.add(this);
    try {
      return await running.run(this, work);
    } finally {
      open.delete(this);
      this.send();
      for (const stream of ['stdout', 'stderr'] as const)
        if (this.leftOut[stream] > 0) this.sendLine(stream, '');
    }
  }

  readonly line = (line: string, stream: LogStream = 'stdout'): void => {
    if (open.has(this)) this.print(stream, `${line}\n`);
  };

  readonly capture = <Child extends PrintingChild>(child: Child): Child => {
    for (const stream of ['stdout', 'stderr'] as const) {
      const decoder = new StringDecoder();
      child[stream]?.on('data', (part: string | Buffer) => {
        if (open.has(this)) this.print(stream, typeof part === 'string' ? part : decoder.write(part));
      });
    }
    return child;
  };

  print(stream: LogStream, part: string | Uint8Array): void {
    const text = typeof part === 'string' ? part : this.decoders[stream].write(Buffer.from(part));
    if (stream !== this.stream) this.send();
    this.stream = stream;
    this.waiting += text;
    const due = this.sentAt + EVERY_MS - performance.now();
    // By the clock too, for a handler that never gives way has no timers.
    if (this.waiting.length >= MOST_WAITING || due <= 0) this.send();
    else this.timer ??= setTimeout(() => this.send(), due);
  }

  /** Sends what waits. */
  send(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { stream, waiting } = this;
    this.waiting = '';
    if (waiting === '') return;
    this.sentAt = performance.now();
    for (const text of piecesOf(waiting)) this.sendPiece(stream, text);
  }

  private sendPiece(stream: LogStream, text: string): void {
    if (this.lines.untaken > MOST_UNTAKEN) {
      this.leftOut[stream] += Buffer.byteLength(text);
      return;
    }
    this.sendLine(stream, text);
  }

  private sendLine(stream: LogStream, text: string): void {
    const left_out = this.leftOut[stream] || undefined;
    this.leftOut[stream] = 0;
    const line: LogLine = { type: 'log', stream, text, left_out };
    this.lines.send(`${JSON.stringify(line)}\n`);
  }
}

/** Of what may wait each at most, and no character cut in two. */
function* piecesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length;) {
    let end = Math.min(text.length, at + MOST_WAITING);
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end -= 1;
    yield text.slice(at, end);
    at = end;
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
