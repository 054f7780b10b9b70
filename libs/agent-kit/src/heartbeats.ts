import type { LinesAhead } from './lines-ahead.js';

const LINE = '{"type":"heartbeat"}\n';

/**
 * The signs of life of one task: by themselves while the event loop lives, and by handlers that keep it busy. Nothing
 * is sent where the worker did not ask for it.
 */
export class Heartbeats {
  private readonly timer: NodeJS.Timeout | undefined;
  private sentAt = performance.now();

  /**
   * @param everyMs how often the worker wants one; undefined where it wants none
   * @param isWell asked before each one; where it is left out, the event loop's going on is enough
   */
  constructor(
    private readonly lines: LinesAhead,
    private readonly everyMs: number | undefined,
    isWell?: () => Promise<boolean>,
  ) {
    const sendIfWell = isWell ? () => void isWell().then((well) => well && this.send()) : () => this.send();
    if (everyMs !== undefined) this.timer = setInterval(sendIfWell, everyMs);
  }

  /** Says that the task makes progress; may be called as often as one likes. */
  readonly beat = (): void => {
    if (this.everyMs !== undefined && performance.now() - this.sentAt >= this.everyMs / 2) this.send();
  };

  stop(): void {
    clearInterval(this.timer);
  }

  private send(): void {
    if (this.lines.send(LINE)) this.sentAt = performance.now();
  }
}
