import type { Lease } from '@agentainer/pool';
import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-renew');

/** Prolongs a lease to `ttlMs` from now; false where it has ended. */
export async function renewLease(scope: PoolScope, lease: Lease, ttlMs: number): Promise<boolean> {
  return (await scope.run(script, lease.poolId, [lease.agentId, lease.id, lease.epoch, ttlMs])) === 1;
}
