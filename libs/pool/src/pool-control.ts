import { ConflictError, InvalidInputError, NotFoundError } from '@agentainer/core';
import { type OverrideChange, type PoolOverride, sizeOf } from './pool-override.js';
import type { PoolReader, PoolStatus } from './ports.js';

/** A pool, for people. */
export interface PoolView extends Pick<
  PoolStatus,
  'id' | 'image' | 'digest' | 'config' | 'drained' | 'size'
> {
  override: PoolOverride;
  /** How it stands on each host that has a live keeper. */
  hosts: PoolStatus[];
}

/** Where it is kept what operators decide about pools. */
export interface PoolControlStore extends PoolReader {
  get(poolId: string): Promise<PoolView | undefined>;
  override(poolId: string, change: OverrideChange): Promise<void>;
  /** Asks the hosts to keep so many agents, of all together, for so long. */
  warm(poolId: string, count: number, forMs: number): Promise<void>;
}

/** Sizes to take in place of the definition's; null gives the definition's back, undefined leaves it as it is. */
export type PoolSizes = Pick<OverrideChange, 'min_size' | 'max_size'>;

/** What operators do to pools. Whoever divides pools among the hosts carries it out. */
export class PoolControl {
  constructor(private readonly store: PoolControlStore) {}

  list(): Promise<PoolStatus[]> {
    return this.store.list();
  }

  /** @throws {NotFoundError} */
  async get(id: string): Promise<PoolView> {
    const pool = await this.store.get(id);
    if (!pool) throw new NotFoundError('pool', id);
    return pool;
  }

  /** The pool gives up its agents, those that work after their tasks, and gets no others. */
  drain(id: string): Promise<PoolView> {
    return this.decide(id, { drained: true });
  }

  /** Undoes {@link drain}. */
  resume(id: string): Promise<PoolView> {
    return this.decide(id, { drained: null });
  }

  /** @throws {InvalidInputError} where the least size would be greater than the greatest */
  async resize(id: string, sizes: PoolSizes): Promise<PoolView> {
    const { config, override } = await this.get(id);
    const { min_size = override.min_size, max_size = override.max_size } = sizes;
    if ((min_size ?? config.min_size) > (max_size ?? config.max_size)) {
      const path = sizes.min_size === undefined ? 'max_size' : 'min_size';
      throw new InvalidInputError([{ path, message: 'min_size must not be greater than max_size' }]);
    }
    return this.decide(id, sizes);
  }

  /**
   * Has so many agents kept for so long, however few are needed.
   * @param forMs as long as the pool keeps idle ones, where it is not given
   * @throws {InvalidInputError} where that is more than the pool may have
   * @throws {ConflictError} where the pool is drained
   */
  async warm(id: string, count: number, forMs?: number): Promise<PoolView> {
    const { config, override, drained } = await this.get(id);
    const { max_size } = sizeOf(config, override);
    if (drained) throw new ConflictError(`pool ${id} is drained: it starts no agents`);
    if (count > max_size) {
      throw new InvalidInputError([
        { path: 'count', message: `must not be greater than max_size, which is ${max_size}` },
      ]);
    }
    await this.store.warm(id, count, forMs ?? config.idle_timeout);
    return this.get(id);
  }

  private async decide(id: string, change: OverrideChange): Promise<PoolView> {
    await this.get(id);
    await this.store.override(id, change);
    return this.get(id);
  }
}
