import type { Logger } from './logger.js';
import type { Service } from './service.js';

export interface PeriodicOptions {
  name: string;
  /** Milliseconds between the end of one turn and the begin of the next. */
  intervalMs: number;
  logger: Logger;
}

/**
 * Calls `turn` again and again, one at a time, until stopped. A turn that throws is logged and does not end
 * the loop. `wake()` starts the next turn at once.
 */
export class PeriodicService implements Service {
  readonly name: string;
  private readonly abort = new AbortController();
  private loop: Promise<void> | undefined;
  private wakeUp: (() => void) | undefined;
  private woken = false;

  constructor(
    private readonly options: PeriodicOptions,
    private readonly turn: (signal: AbortSignal) => Promise<void>,
  ) {
    this.name = options.name;
  }

  start(): Promise<void> {
    this.loop ??= this.run();
    return Promise.resolve();
  }

  /** The next turn starts now, or right after the one that runs. */
  wake(): void {
    this.woken = true;
    this.wakeUp?.();
  }

  async stop(): Promise<void> {
    this.abort.abort();
    this.wakeUp?.();
    await this.loop;
  }

  private async run(): Promise<void> {
    const { signal } = this.abort;
    while (!signal.aborted) {
      this.woken = false;
      try {
        await this.turn(signal);
      } catch (error) {
        if (!signal.aborted) this.options.logger.error({ err: error, service: this.name }, 'turn failed');
      }
      if (!signal.aborted && !this.woken) await this.pause();
    }
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.options.intervalMs);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
