import type { RetireReason } from '@agentainer/pool';
import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-drain');

/** Lets an agent end: when it is given back where it is leased, else now. False where it is not entered. */
export async function drainAgent(
  scope: PoolScope,
  poolId: string,
  agentId: string,
  reason: RetireReason,
): Promise<boolean> {
  return (await scope.run(script, poolId, [agentId, reason])) === 1;
}
