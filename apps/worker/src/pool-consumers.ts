import type { PoolSpec } from '@agentainer/core';
import { type Logger, PeriodicService, type Service } from '@agentainer/runtime';

export interface PoolConsumersOptions {
  pools(): Promise<PoolSpec[]>;
  /** Tells of pools that may be new. */
  onDemand(listener: () => void): () => void;
  /** A consumer of the pool's lanes. */
  consume(pool: PoolSpec): Service;
  logger: Logger;
}

/** New pools are announced; looking for them again covers an announcement that was lost. */
const REFRESH_MS = 2_000;

/** One consumer for each pool that there is; that of a pool which is forgotten is stopped. */
export class PoolConsumers implements Service {
  readonly name = 'consumers of pools';
  private readonly consumers = new Map<string, Service>();
  private readonly refresh: PeriodicService;
  private unsubscribe: (() => void) | undefined;

  constructor(private readonly options: PoolConsumersOptions) {
    const { logger } = options;
    this.refresh = new PeriodicService({ name: this.name, intervalMs: REFRESH_MS, logger }, () =>
      this.update(),
    );
  }

  async start(): Promise<void> {
    this.unsubscribe = this.options.onDemand(() => this.refresh.wake());
    await this.refresh.start();
  }

  async stop(): Promise<void> {
    this.unsubscribe?.();
    await this.refresh.stop();
    await Promise.all([...this.consumers.values()].map((consumer) => consumer.stop()));
    this.consumers.clear();
  }

  private async update(): Promise<void> {
    const pools = await this.options.pools();
    const known = new Set(pools.map((pool) => pool.id));
    for (const [id, consumer] of this.consumers) {
      if (known.has(id)) continue;
      this.consumers.delete(id);
      await consumer.stop();
    }
    for (const pool of pools) {
      if (this.consumers.has(pool.id)) continue;
      const consumer = this.options.consume(pool);
      await consumer.start();
      this.consumers.set(pool.id, consumer);
    }
  }
}
