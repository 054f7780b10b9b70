import type { PoolConfig, PoolConfigInput } from '@agentainer/core';
import { durationText } from './duration-text.js';

/** A pool's configuration as its author could have written it. */
export function poolConfigView(config: PoolConfig): PoolConfigInput {
  return { ...config, idle_timeout: durationText(config.idle_timeout) };
}
