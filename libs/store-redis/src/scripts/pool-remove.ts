import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-remove');

/** Takes an agent that is gone off the registry; false where it was not entered. */
export async function removeAgent(scope: PoolScope, poolId: string, agentId: string): Promise<boolean> {
  return (await scope.run(script, poolId, [agentId])) === 1;
}
