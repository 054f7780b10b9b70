import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-lose');

/** Forgets a pool on a host that is gone; how many agents were entered there. */
export async function losePool(scope: PoolScope, poolId: string): Promise<number> {
  return (await scope.run(script, poolId)) as number;
}
