import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-clear');

/** Deletes what is left of a pool on one host; false where it has agents there, or lanes wait for one. */
export async function clearPool(scope: PoolScope, poolId: string): Promise<boolean> {
  return (await scope.run(script, poolId)) === 1;
}
