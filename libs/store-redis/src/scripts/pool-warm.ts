import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-warm');

/** Asks for `count` agents ahead of need, for the next `forMs`. */
export async function warmPool(
  scope: PoolScope,
  poolId: string,
  count: number,
  forMs: number,
): Promise<void> {
  await scope.run(script, poolId, [count, forMs]);
}
