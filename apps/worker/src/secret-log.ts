import type { LogStream } from '@agentainer/core';
import type { AttemptRequest, LogText } from '@agentainer/engine';
import { StreamRedactor } from '@agentainer/secrets';
import type { SecretValues } from './secret-values.js';

/** How long text waits for a look at the secrets, in milliseconds. */
const EVERY_MS = 200;
/** What waits for that, at most, in characters: older text makes room. */
const MOST_WAITING = 128 * 1_024;

/**
 * Takes the secrets of a step out of what its task prints. A secret may be changed while the task runs, and the task be told the new
 * value: so the values are read anew before text is let go, and every one that was seen is taken out.
 */
export class SecretLog {
  private readonly streams: Record<LogStream, StreamRedactor>;
  private waiting: LogText[] = [];
  private waitingSize = 0;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;

  constructor(
    private readonly seen: SecretValues,
    private readonly look: () => Promise<ReadonlyMap<string, string>>,
    private readonly onLog: NonNullable<AttemptRequest['onLog']>,
  ) {
    const redactor = seen.redactor();
    this.streams = { stdout: new StreamRedactor(redactor), stderr: new StreamRedactor(redactor) };
  }

  readonly note = (log: LogText): void => {
    this.waiting.push({ ...log });
    this.waitingSize += log.text.length;
    while (this.waitingSize > MOST_WAITING && this.waiting.length > 1) this.leaveOutOldest();
    if (!this.looking) this.timer ??= setTimeout(() => void this.letGo(), EVERY_MS);
  };

  /** Lets go of everything: the task has ended. */
  async end(): Promise<void> {
    await this.looking;
    await this.letGo();
    for (const stream of ['stdout', 'stderr'] as const)
      this.tell({ stream, text: this.streams[stream].end(), leftOut: 0 });
  }

  private letGo(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.waiting.length === 0) return Promise.resolve();
    const texts = this.waiting;
    this.waiting = [];
    this.waitingSize = 0;
    this.looking = this.redact(texts).finally(() => {
      this.looking = undefined;
      if (this.waiting.length > 0) this.timer ??= setTimeout(() => void this.letGo(), EVERY_MS);
    });
    return this.looking;
  }

  private async redact(texts: readonly LogText[]): Promise<void> {
    // Where they cannot be read now, those that are known count.
    this.seen.add(await this.look().catch(() => new Map<string, string>()));
    for (const stream of ['stdout', 'stderr'] as const) this.streams[stream].redactor = this.seen.redactor();
    for (const log of texts) this.redactOne(log.leftOut > 0 ? this.afterGap(log) : log);
  }

  private redactOne({ stream, text, leftOut }: LogText): void {
    this.tell({ stream, text: this.streams[stream].push(text), leftOut });
  }

  /** What is left of a line of which a part is missing may be a part of a secret, and so may be what is held back before the gap. */
  private afterGap({ stream, text, leftOut }: LogText): LogText {
    const end = text.indexOf('\n') + 1 || text.length;
    const lost = this.streams[stream].forget() + text.slice(0, end);
    return { stream, text: text.slice(end), leftOut: leftOut + Buffer.byteLength(lost) };
  }

  private tell(log: LogText): void {
    if (log.text !== '' || log.leftOut > 0) this.onLog(log);
  }

  /** What follows it on the same stream says so. */
  private leaveOutOldest(): void {
    const { stream, text, leftOut } = this.waiting.shift()!;
    this.waitingSize -= text.length;
    const next = this.waiting.find((log) => log.stream === stream);
    const lost = Buffer.byteLength(text) + leftOut;
    if (next) next.leftOut += lost;
    else this.waiting.push({ stream, text: '', leftOut: lost });
  }
}
