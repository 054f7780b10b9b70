import type { PoolSpec } from '@agentainer/core';
import { type Logger, PeriodicService, type Service } from '@agentainer/runtime';

/** What takes lanes of one pool. */
export interface PoolConsumer extends Service {
  /** Takes so many lanes at once from now on; those beyond that go back as soon as their time slice is over. */
  resize(lanes: number): void;
}

export interface PoolConsumersOptions {
  pools(): Promise<PoolSpec[]>;
  /** How many lanes of each of these pools this worker may take at once. */
  lanes(pools: readonly PoolSpec[]): Promise<Map<string, number>>;
  /** Tells of pools that may be new. */
  onDemand(listener: (poolId: string) => void): () => void;
  /** A consumer of the pool's lanes. */
  consume(pool: PoolSpec, lanes: number): PoolConsumer;
  logger: Logger;
  /** Milliseconds between two looks. */
  refreshMs?: number;
}

/** New pools are announced; looking again covers an announcement that was lost, and tells of shares that changed. */
const REFRESH_MS = 1_000;

/** One consumer for each known pool of which this worker may take lanes. */
export class PoolConsumers implements Service {
  readonly name = 'consumers of pools';
  private readonly consumers = new Map<string, PoolConsumer>();
  /** Consumers that let their lanes end the tasks they are at. */
  private readonly ending = new Map<string, Promise<void>>();
  private readonly refresh: PeriodicService;
  private unsubscribe: (() => void) | undefined;

  constructor(private readonly options: PoolConsumersOptions) {
    const { logger, refreshMs: intervalMs = REFRESH_MS } = options;
    this.refresh = new PeriodicService({ name: this.name, intervalMs, logger }, () => this.update());
  }

  async start(): Promise<void> {
    this.unsubscribe = this.options.onDemand((poolId) => {
      if (!this.consumers.has(poolId)) this.refresh.wake();
    });
    await this.refresh.start();
  }

  async stop(): Promise<void> {
    this.unsubscribe?.();
    await this.refresh.stop();
    for (const poolId of [...this.consumers.keys()]) this.end(poolId);
    await Promise.all(this.ending.values());
  }

  private async update(): Promise<void> {
    const pools = await this.options.pools();
    const lanes = await this.options.lanes(pools);
    const known = new Set(pools.map(({ id }) => id));
    for (const id of this.consumers.keys()) if (!known.has(id)) this.end(id);
    for (const pool of pools) await this.give(pool, lanes.get(pool.id) ?? 0);
  }

  private async give(pool: PoolSpec, lanes: number): Promise<void> {
    const consumer = this.consumers.get(pool.id);
    if (consumer && lanes > 0) consumer.resize(lanes);
    else if (consumer) this.end(pool.id);
    else if (lanes > 0 && !this.ending.has(pool.id)) {
      const made = this.options.consume(pool, lanes);
      await made.start();
      this.consumers.set(pool.id, made);
    }
  }

  /** Its lanes go to others as soon as their tasks have ended. */
  private end(poolId: string): void {
    const consumer = this.consumers.get(poolId)!;
    this.consumers.delete(poolId);
    const ended = consumer
      .stop()
      .catch((error: unknown) =>
        this.options.logger.error({ err: error, poolId }, 'the lanes of a pool were not given up'),
      );
    this.ending.set(
      poolId,
      ended.finally(() => this.ending.delete(poolId)),
    );
  }
}
