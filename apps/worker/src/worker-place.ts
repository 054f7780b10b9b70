import { type PoolSpec, tasksAtOnce } from '@agentainer/core';
import { divideAmong, SILENCE_MS } from '@agentainer/pool';
import { type Logger, PeriodicService, type Service, withDeadline } from '@agentainer/runtime';

/** What the workers of a host know of each other. */
export interface WorkerPlaces {
  announce(workerId: string): Promise<void>;
  leave(workerId: string): Promise<void>;
  workers(): Promise<string[]>;
  isOneOfSeveral(): Promise<boolean>;
  shares(poolIds: readonly string[]): Promise<number[]>;
}

const LEAVE_DEADLINE_MS = 1_000;

/** A worker among those of its host: says that it is there, and knows how many lanes of each pool it may take. */
export class WorkerPlace implements Service {
  readonly name = 'place of the worker';
  private readonly loop: PeriodicService;

  constructor(
    private readonly places: WorkerPlaces,
    private readonly workerId: string,
    private readonly logger: Logger,
  ) {
    const intervalMs = SILENCE_MS / 5;
    this.loop = new PeriodicService({ name: this.name, intervalMs, logger }, () => places.announce(workerId));
  }

  start(): Promise<void> {
    return this.loop.start();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
    const left = this.places.leave(this.workerId);
    await withDeadline('leaving the host', LEAVE_DEADLINE_MS, left).catch((error: unknown) =>
      this.logger.warn({ err: error }, 'the worker did not leave its host'),
    );
  }

  /**
   * How many lanes of each of these pools this worker may take at once. Alone, the workers of a host may each take as many as
   * its agents serve at once: what exceeds them waits in line for one. Where other hosts could take them, they
   * take no more than that together: a lane must not wait here for an agent while one is idle elsewhere.
   */
  async lanes(pools: readonly PoolSpec[]): Promise<Map<string, number>> {
    const [shares, isOneOfSeveral] = await Promise.all([
      this.places.shares(pools.map(({ id }) => id)),
      this.places.isOneOfSeveral(),
    ]);
    const others = isOneOfSeveral ? await this.places.workers() : [];
    const among = [...new Set([...others, this.workerId])];
    const mine = ({ id, config }: PoolSpec, share: number) =>
      divideAmong(tasksAtOnce(share, config), among, id).get(this.workerId)!;
    return new Map(pools.map((pool, i) => [pool.id, mine(pool, shares[i]!)]));
  }
}
