import type { Logger, Service } from '@agentainer/runtime';
import { OwnedChild, type OwnedChildOptions } from './owned-child.js';

/** A child that ends by itself more often than this within the window is given up. */
const RESTARTS = 3;
const WINDOW_MS = 60_000;

export interface SupervisedChildOptions {
  child: OwnedChildOptions;
  logger: Logger;
  /** Called after each start, before anybody may use the child. */
  prepare?: () => Promise<void>;
  /** Called when the child is given up. */
  onLost?: (error: Error) => void;
}

/** Keeps a child running: started once, started again where it ends by itself, stopped once. */
export class SupervisedChild implements Service {
  readonly name: string;
  private current: OwnedChild | undefined;
  private starting: Promise<void> | undefined;
  private stopping: Promise<void> | undefined;
  private readonly restarts: number[] = [];

  constructor(private readonly options: SupervisedChildOptions) {
    this.name = options.child.name;
  }

  /** The process id of the present run. */
  get pid(): number | undefined {
    return this.current?.pid;
  }

  start(): Promise<void> {
    this.starting ??= this.run();
    return this.starting;
  }

  stop(): Promise<void> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  private async run(): Promise<void> {
    const child = await OwnedChild.start(this.options.child);
    this.current = child;
    await this.options.prepare?.();
    void child.exited.then((outcome) => this.onExit(outcome));
  }

  private async end(): Promise<void> {
    await this.starting?.catch(() => undefined);
    await this.current?.stop();
  }

  private onExit(outcome: string): void {
    if (this.stopping) return;
    const { logger, onLost } = this.options;
    const now = Date.now();
    const recent = this.restarts.filter((at) => at > now - WINDOW_MS);
    this.restarts.splice(0, Infinity, ...recent, now);
    const cause = new Error(`${this.name} ended by itself (${outcome})`);
    if (recent.length >= RESTARTS) {
      logger.error({ err: cause }, 'given up');
      onLost?.(cause);
      return;
    }
    logger.warn({ err: cause }, 'starts again');
    this.starting = this.run().catch((error: unknown) => {
      logger.error({ err: error }, `${this.name} could not be started again`);
      onLost?.(error instanceof Error ? error : cause);
    });
  }
}
