import { NO_NETWORK, type PoolConfig, RESOURCES } from '@agentainer/core';
import { AgentStartError } from '@agentainer/pool';

/** @throws {AgentStartError} where a pool says what agents that are processes cannot be held to */
export function mustBePossible(config: PoolConfig): void {
  const asked: string[] = RESOURCES.filter((name) => config[name] !== undefined);
  if (config.network !== NO_NETWORK) asked.push('network');
  if (asked.length === 0) return;
  const message = `pool_config.${asked.join(', pool_config.')} cannot be enforced here: agents are processes, not containers`;
  throw new AgentStartError('AGENT_REFUSED', message);
}
