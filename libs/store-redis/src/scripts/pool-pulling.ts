import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-pulling');

/** Notes that the image of a pool is being pulled, for so long unless that is said again; with 0 that it is not any more. */
export async function notePull(scope: PoolScope, poolId: string, forMs: number): Promise<void> {
  await scope.run(script, poolId, [forMs]);
}
