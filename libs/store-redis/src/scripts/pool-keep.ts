import type { Lease } from '@agentainer/pool';
import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-keep');

/** Whether a lease may go on: nobody in line goes before its holder, counted as come `behindMs` later than now. */
export async function keepLease(scope: PoolScope, lease: Lease, behindMs: number): Promise<boolean> {
  return (await scope.run(script, lease.poolId, [lease.agentId, lease.id, lease.epoch, behindMs])) === 1;
}
