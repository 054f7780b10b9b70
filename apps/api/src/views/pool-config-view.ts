import { formatBytes, type PoolConfig, type PoolConfigInput } from '@agentainer/core';
import { durationText } from './duration-text.js';

/** A pool's configuration as its author could have written it. */
export function poolConfigView(config: PoolConfig): PoolConfigInput {
  const { idle_timeout, max_agent_age, max_agent_memory, stop_grace, memory, scratch, ...rest } = config;
  return {
    ...rest,
    idle_timeout: durationText(idle_timeout),
    ...(max_agent_age !== undefined && { max_agent_age: durationText(max_agent_age) }),
    ...(max_agent_memory !== undefined && { max_agent_memory: formatBytes(max_agent_memory) }),
    stop_grace: durationText(stop_grace),
    ...(memory !== undefined && { memory: formatBytes(memory) }),
    ...(scratch !== undefined && { scratch: formatBytes(scratch) }),
  };
}
