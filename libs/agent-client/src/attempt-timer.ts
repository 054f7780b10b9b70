/** A longer wait does not fit a timer: about 24.8 days, in milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls back once the time of an attempt is over; the time may be set anew while it runs. */
export class AttemptTimer {
  private timer: NodeJS.Timeout | undefined;
  private hasStopped = false;

  constructor(private readonly onTime: () => void) {}

  /** So many milliseconds from now, in place of what was set before. */
  set(ms: number): void {
    clearTimeout(this.timer);
    if (!this.hasStopped) this.timer = setTimeout(this.onTime, Math.min(ms, LONGEST_TIMER_MS));
  }

  stop(): void {
    this.hasStopped = true;
    clearTimeout(this.timer);
  }
}
