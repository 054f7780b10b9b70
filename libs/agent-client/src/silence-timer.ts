/** Calls back once nothing was heard for so long; never where no time is given. */
export class SilenceTimer {
  private readonly timer: NodeJS.Timeout | undefined;

  constructor(ms: number | undefined, onSilence: () => void) {
    this.timer = ms === undefined ? undefined : setTimeout(onSilence, ms);
  }

  heard(): void {
    this.timer?.refresh();
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}
