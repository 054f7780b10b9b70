import { MOST_FAILED_TASKS } from '@agentainer/core';
import type { Lease, LeaseEnding } from '@agentainer/pool';
import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-release');

/** Ends a lease after so many tasks; false where it had ended. */
export async function releaseAgent(scope: PoolScope, lease: Lease, ending: LeaseEnding): Promise<boolean> {
  const { agentId, id, epoch } = lease;
  const {
    uses,
    suspect,
    traces = '',
    failed: { tasks, afterSuccess } = { tasks: [], afterSuccess: false },
  } = ending;
  const how = [uses, flag(suspect), traces];
  const failures = [MOST_FAILED_TASKS, flag(afterSuccess), ...tasks];
  return (await scope.run(script, lease.poolId, [agentId, id, epoch, ...how, ...failures])) === 1;
}

function flag(holds: boolean): number {
  return holds ? 1 : 0;
}
