import type { StartFailure } from '@agentainer/pool';
import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-start-failed');

/** Retires an agent that did not start, and notes why; where the pool is broken, and not able elsewhere, those that wait are told. */
export async function noteStartFailure(
  scope: PoolScope,
  poolId: string,
  agentId: string | undefined,
  { error, failures, retryInMs, broken }: StartFailure,
  isAbleElsewhere = false,
): Promise<void> {
  const how = [failures, retryInMs, broken ? 1 : 0, isAbleElsewhere ? 1 : 0];
  const args = [agentId ?? '', JSON.stringify(error), ...how];
  await scope.run(script, poolId, args);
}
