import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-mended');

/** Forgets what was noted of failed starts: agents of the pool start again on the host. */
export async function mendPool(scope: PoolScope, poolId: string): Promise<void> {
  await scope.run(script, poolId);
}
