import type { StartFailure } from '@agentainer/pool';
import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-start-failed');

/** Notes that an agent did not start; where the pool is broken, those that wait are told. */
export async function noteStartFailure(
  scope: PoolScope,
  poolId: string,
  { error, failures, retryInMs, broken }: StartFailure,
): Promise<void> {
  await scope.run(script, poolId, [JSON.stringify(error), failures, retryInMs, broken ? 1 : 0]);
}
