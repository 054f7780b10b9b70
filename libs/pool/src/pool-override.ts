import type { PoolConfig } from '@agentainer/core';
import type { Share } from './host-port.js';

/** What an operator has decided about a pool, on all its hosts. It outweighs the pool's configuration. */
export interface PoolOverride {
  /** The pool is to have no agents. */
  drained: boolean;
  min_size?: number;
  max_size?: number;
}

/** Null takes a decision back, undefined leaves it as it is. */
export type OverrideChange = { [F in keyof PoolOverride]?: PoolOverride[F] | null };

/** The sizes that count, of all hosts together. A least size that no longer fits under the greatest is that. */
export function sizeOf(config: PoolConfig, { min_size, max_size }: PoolOverride): Share {
  const most = max_size ?? config.max_size;
  return { min_size: Math.min(min_size ?? config.min_size, most), max_size: most };
}

/** What there is to be divided among the hosts. */
export function sizeToDivide(config: PoolConfig, override: PoolOverride): Share {
  return override.drained ? { min_size: 0, max_size: 0 } : sizeOf(config, override);
}

/** Whether an operator has decided anything about the pool. */
export function isDecided({ drained, min_size, max_size }: PoolOverride): boolean {
  return drained || min_size !== undefined || max_size !== undefined;
}
