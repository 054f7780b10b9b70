/**
 * Calls back once nothing was heard for so long; never where no time is given. What came while this process stood still
 * counts as heard: it is taken in before the callback.
 */
export class SilenceTimer {
  private readonly timer: NodeJS.Timeout | undefined;
  private overdue: NodeJS.Immediate | undefined;

  constructor(ms: number | undefined, onSilence: () => void) {
    if (ms === undefined) return;
    this.timer = setTimeout(() => (this.overdue = setImmediate(onSilence)), ms);
  }

  heard(): void {
    clearImmediate(this.overdue);
    this.timer?.refresh();
  }

  stop(): void {
    clearImmediate(this.overdue);
    clearTimeout(this.timer);
  }
}
