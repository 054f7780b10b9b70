/** Which pools are in use, on whatever host. */
export interface PoolUsage {
  /** Pools that nobody asked for within the last `ms`, but for those of which an operator has decided something. */
  unused(ms: number): Promise<string[]>;
  /** Deletes what is left of a pool on its hosts; false where one has agents of it, or lanes wait there. Harmless at any time. */
  clear(poolId: string): Promise<boolean>;
  /** Has a pool known no more. False where somebody asked for it within the last `unusedMs`. */
  forget(poolId: string, unusedMs: number): Promise<boolean>;
}

/** The queues of lanes that need agents of a pool. */
export interface PoolQueues {
  /** Deletes what is left of a pool's queue; false where there are lanes in it. Harmless at any time. */
  clear(poolId: string): Promise<boolean>;
}

/** Long enough for whoever was told that a pool is known to have queued its lanes. */
const FORGET_AFTER_MS = 600_000;

/**
 * Forgets pools that nobody needs: those of images, versions and configurations of the past would else be kept for
 * ever. Being forgotten is the last thing that happens to a pool, so that whatever is cut short is done again.
 */
export class PoolRetention {
  constructor(
    private readonly usage: PoolUsage,
    private readonly queues: PoolQueues,
    private readonly forgetAfterMs = FORGET_AFTER_MS,
  ) {}

  /** @returns the pools that were forgotten */
  async run(signal: AbortSignal): Promise<string[]> {
    const forgotten: string[] = [];
    for (const poolId of await this.usage.unused(this.forgetAfterMs)) {
      if (signal.aborted) break;
      const isEmpty = (await this.queues.clear(poolId)) && (await this.usage.clear(poolId));
      if (isEmpty && (await this.usage.forget(poolId, this.forgetAfterMs))) forgotten.push(poolId);
    }
    return forgotten;
  }
}
