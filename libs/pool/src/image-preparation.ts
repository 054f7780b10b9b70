import { type AgentPermissions, permissionFaults } from '@agentainer/core';
import type { Logger } from '@agentainer/runtime';
import type { AgentDriver, AgentRegistry, PoolSnapshot } from './ports.js';
import { judgeStartFailure } from './start-failure.js';

export interface ImagePreparationParts {
  driver: Pick<AgentDriver, 'pull'>;
  registry: Pick<AgentRegistry, 'startFailed' | 'pulling'>;
  permissions: AgentPermissions;
  logger: Logger;
}

/** How long an image that is there is taken for granted, in milliseconds. */
const READY_MS = 60_000;
/** How often it is told that an image is being pulled, and how long that counts, in milliseconds. */
const TELL_MS = 2_000;
const TOLD_MS = 3 * TELL_MS;

/**
 * Sees to it that images are on the host before agents of them are started, as their pools want it. A pull may take
 * minutes, so no start waits for it: until then the pool starts none, and what fails is a failed start of it.
 */
export class ImagePreparation {
  /** Pools whose image is there, with until when that counts, or on its way. */
  private readonly pools = new Map<string, number | 'under way'>();

  constructor(private readonly parts: ImagePreparationParts) {}

  /** Whether agents may be started. Where not, that is seen to, and `done` called afterwards. */
  isReady(snapshot: PoolSnapshot, term: AbortSignal, done: () => void): boolean {
    const { id, config } = snapshot.spec;
    if (config.pull === 'never') return true;
    const state = this.pools.get(id);
    if (state === 'under way') return false;
    if (state !== undefined && performance.now() < state) return true;
    this.pools.set(id, 'under way');
    void this.prepare(snapshot, term).finally(done);
    return false;
  }

  forget(poolId: string): void {
    if (this.pools.get(poolId) !== 'under way') this.pools.delete(poolId);
  }

  private async prepare({ spec, failures }: PoolSnapshot, term: AbortSignal): Promise<void> {
    const { driver, registry, permissions, logger } = this.parts;
    const { id: poolId, image, digest, config } = spec;
    try {
      // What may not be used is not pulled either: the start says so.
      const permitted = permissionFaults(spec, permissions).length === 0;
      const pull = () => driver.pull(image, { digest, always: config.pull === 'always' });
      if (permitted) await this.telling(poolId, term, pull);
      this.pools.set(poolId, performance.now() + READY_MS);
    } catch (cause) {
      this.pools.delete(poolId);
      if (term.aborted) return;
      const failure = judgeStartFailure(cause, failures);
      logger.warn({ poolId, ...failure }, 'an image could not be pulled');
      await registry
        .startFailed(poolId, undefined, failure)
        .catch((error: unknown) => logger.warn({ err: error, poolId }, 'a failed pull was not noted'));
    }
  }
  /** Tells people of a pull while it goes on. What is not told any more, be it that this process died, ends by itself. */
  private async telling(poolId: string, term: AbortSignal, pull: () => Promise<void>): Promise<void> {
    const { registry, logger } = this.parts;
    const tell = (forMs: number) =>
      term.aborted
        ? Promise.resolve()
        : registry
            .pulling(poolId, forMs)
            .catch((error: unknown) => logger.debug({ err: error, poolId }, 'a pull was not told'));
    const repeated = setInterval(() => void tell(TOLD_MS), TELL_MS);
    await tell(TOLD_MS);
    try {
      await pull();
    } finally {
      clearInterval(repeated);
      await tell(0);
    }
  }
}
