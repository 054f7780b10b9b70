import { MOST_FAILED_TASKS } from '@agentainer/core';
import type { Lease, LeaseEnding } from '@agentainer/pool';
import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-release');

/** Ends a lease after so many tasks; false where it had ended. */
export async function releaseAgent(
  scope: PoolScope,
  lease: Lease,
  { uses, suspect, failed: { tasks, afterSuccess } = { tasks: [], afterSuccess: false } }: LeaseEnding,
): Promise<boolean> {
  const { agentId, id, epoch } = lease;
  const ending = [uses, suspect ? 1 : 0, MOST_FAILED_TASKS, afterSuccess ? 1 : 0, ...tasks];
  return (await scope.run(script, lease.poolId, [agentId, id, epoch, ...ending])) === 1;
}
