import type { Lease } from '@agentainer/pool';
import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-release');

/** Ends a lease after so many tasks; false where it had ended. */
export async function releaseAgent(
  scope: PoolScope,
  lease: Lease,
  { uses, suspect }: { uses: number; suspect: boolean },
): Promise<boolean> {
  const { agentId, id, epoch } = lease;
  return (await scope.run(script, lease.poolId, [agentId, id, epoch, uses, suspect ? 1 : 0])) === 1;
}
