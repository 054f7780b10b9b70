import { setTimeout as sleep } from 'node:timers/promises';

/** The least time between two writes, in milliseconds. */
const EVERY_MS = 500;

/** Writes the latest of what is reported often, one write at a time. What cannot be written is left to the next one. */
export class ProgressWriter {
  private readonly end = new AbortController();
  private latest: string | undefined;
  private isBusy = false;

  constructor(private readonly write: (value: string) => Promise<unknown>) {}

  note(value: string): void {
    this.latest = value;
    if (!this.isBusy) void this.writeLatest();
  }

  /** Begins no further write: the task has ended. */
  stop(): void {
    this.end.abort();
  }

  private async writeLatest(): Promise<void> {
    const { signal } = this.end;
    this.isBusy = true;
    while (this.latest !== undefined && !signal.aborted) {
      const value = this.latest;
      this.latest = undefined;
      await this.write(value).catch(() => undefined);
      await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
    this.isBusy = false;
  }
}
