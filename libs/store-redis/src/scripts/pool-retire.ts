import type { RetireReason } from '@agentainer/pool';
import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-retire');

/** Takes an agent out of use; false where it is leased (unless the host shuts down) or not entered. */
export async function retireAgent(
  scope: PoolScope,
  poolId: string,
  agentId: string,
  reason: RetireReason,
): Promise<boolean> {
  return (await scope.run(script, poolId, [agentId, reason, reason === 'shutdown' ? 1 : 0])) === 1;
}
