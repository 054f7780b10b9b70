import type { Lease } from '@agentainer/pool';
import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-keep');

/** Whether a lease may go on: nobody in line, counted as come `behindMs` later than now, or elsewhere goes before its holder. */
export async function keepLease(
  scope: PoolScope,
  { poolId, agentId, id, epoch }: Lease,
  behindMs: number,
  othersWait: boolean,
): Promise<boolean> {
  const args = [agentId, id, epoch, behindMs, othersWait ? 1 : 0];
  return (await scope.run(script, poolId, args)) === 1;
}
