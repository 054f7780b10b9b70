import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-ready');

/** Gives an agent that has started to the ticket that waits longest, or makes it idle; false where it may not. */
export async function readyAgent(scope: PoolScope, poolId: string, agentId: string): Promise<boolean> {
  return (await scope.run(script, poolId, [agentId])) === 1;
}
