import { successorOf } from '@agentainer/core';
import type { AgentRegistry, PoolSnapshot } from './ports.js';

export interface SuccessionParts {
  registry: Pick<AgentRegistry, 'succeed'>;
  /** What images are on this host; undefined where that is not known. */
  images: { digestOf(image: string): string | undefined };
}

/**
 * Replaces agents whose image's name stands for another one by now: runs that began with theirs go on with them, while
 * the pool of the new one gets as many ready as were to be ready in the old one.
 */
export class Succession {
  constructor(private readonly parts: SuccessionParts) {}

  /** The snapshot of a pool, and whether it is superseded. Harmless when repeated. */
  async judge(snapshot: PoolSnapshot): Promise<PoolSnapshot> {
    const { spec, lastUsed } = snapshot;
    const digest = this.parts.images.digestOf(spec.image);
    if (spec.digest === undefined || digest === undefined || digest === spec.digest) return snapshot;
    if (spec.config.min_size > 0) await this.parts.registry.succeed(successorOf(spec, digest), lastUsed);
    return { ...snapshot, superseded: true };
  }
}
