import { MAX_PROGRESS_BYTES } from '@agentainer/contracts/agent-paths';
import type { LinesAhead } from './lines-ahead.js';

/** The least time between two reports, in milliseconds: the latest one counts, so those between need not be sent. */
const EVERY_MS = 200;

/** The intermediate results of one task, of which the latest is sent. */
export class Progress {
  private timer: NodeJS.Timeout | undefined;
  private unsent: string | undefined;
  private sentAt = -Infinity;

  constructor(private readonly lines: LinesAhead) {}

  /** May be called as often as one likes. @throws {TypeError} for no JSON @throws {RangeError} for too much of it */
  readonly report = (value: unknown): void => {
    const json = JSON.stringify(value) as string | undefined;
    if (json === undefined) throw new TypeError(`progress must be JSON, and a ${typeof value} is none`);
    if (Buffer.byteLength(json) > MAX_PROGRESS_BYTES)
      throw new RangeError(`progress must not be longer than ${MAX_PROGRESS_BYTES} bytes of JSON`);
    this.unsent = json;
    const left = this.sentAt + EVERY_MS - performance.now();
    if (left <= 0) this.send();
    else this.timer ??= setTimeout(() => this.send(), left);
  };

  stop(): void {
    clearTimeout(this.timer);
  }

  private send(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.lines.send(`{"type":"progress","value":${this.unsent}}\n`);
    this.sentAt = performance.now();
  }
}
