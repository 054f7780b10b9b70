import type { StartFailure } from '@agentainer/pool';
import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-start-failed');

/** Retires an agent that did not start, and notes why; where the pool is broken, those that wait are told. */
export async function noteStartFailure(
  scope: PoolScope,
  poolId: string,
  agentId: string | undefined,
  { error, failures, retryInMs, broken }: StartFailure,
): Promise<void> {
  const args = [agentId ?? '', JSON.stringify(error), failures, retryInMs, broken ? 1 : 0];
  await scope.run(script, poolId, args);
}
