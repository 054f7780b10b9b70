import { type Logger, PeriodicService, type Service } from '@agentainer/runtime';
import { chunksOf } from './chunks.js';
import type { AgentDriver, ImageBoard, Leadership } from './ports.js';

export interface ImageWatchOptions {
  board: ImageBoard;
  driver: Pick<AgentDriver, 'digestOf' | 'onImageChange'>;
  /** Of this host's keeper. */
  leadership: Leadership;
  logger: Logger;
  /** Milliseconds between two looks; the engine tells of changes, and hosts are asked for what is new, without delay. */
  intervalMs?: number;
}

const INTERVAL_MS = 10_000;
const LOOKS_AT_ONCE = 8;

/**
 * Tells the rest of the instance what the images are on this host that runs ask for, so that a run can go by what its
 * images were when it started.
 */
export class ImageWatch implements Service {
  readonly name = 'images';
  private readonly loop: PeriodicService;
  private readonly unsubscribe: (() => void)[] = [];
  private digests: ReadonlyMap<string, string | undefined> = new Map();

  constructor(private readonly options: ImageWatchOptions) {
    const { logger, intervalMs = INTERVAL_MS } = options;
    this.loop = new PeriodicService({ name: this.name, intervalMs, logger }, (signal) => this.look(signal));
  }

  async start(): Promise<void> {
    const { board, driver, leadership } = this.options;
    const wake = () => this.loop.wake();
    this.unsubscribe.push(board.onWanted(wake), driver.onImageChange(wake), leadership.onChange(wake));
    await this.loop.start();
  }

  async stop(): Promise<void> {
    for (const unsubscribe of this.unsubscribe) unsubscribe();
    await this.loop.stop();
  }

  /** What an image is on this host, as last seen; undefined where it is not here, or nobody asked for it. */
  digestOf(image: string): string | undefined {
    return this.digests.get(image);
  }

  private async look(signal: AbortSignal): Promise<void> {
    const { board, driver, leadership } = this.options;
    if (!leadership.held) return;
    const seen = new Map<string, string | undefined>();
    for (const chunk of chunksOf(await board.wanted(), LOOKS_AT_ONCE)) {
      if (signal.aborted) return;
      const digests = await Promise.all(chunk.map((image) => driver.digestOf(image)));
      chunk.forEach((image, i) => seen.set(image, digests[i]));
    }
    this.digests = seen;
    if (leadership.held) await board.tell(seen);
  }
}
