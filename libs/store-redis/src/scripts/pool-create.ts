import type { PoolSpec } from '@agentainer/core';
import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-create');

/** Enters an agent as `creating`; false where the host has its share of the pool. */
export async function createAgent(
  scope: PoolScope,
  { id, config }: PoolSpec,
  agentId: string,
  directory: string,
): Promise<boolean> {
  const { max_agent_uses, max_agent_age = '', agent_concurrency } = config;
  const args = [agentId, directory, max_agent_uses, max_agent_age, agent_concurrency];
  return (await scope.run(script, id, args)) === 1;
}
