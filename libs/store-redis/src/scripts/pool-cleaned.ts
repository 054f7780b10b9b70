import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-cleaned');

/** Puts an agent to use again that was looked at and found clean; false where it is not in that state. */
export async function cleanedAgent(scope: PoolScope, poolId: string, agentId: string): Promise<boolean> {
  return (await scope.run(script, poolId, [agentId])) === 1;
}
