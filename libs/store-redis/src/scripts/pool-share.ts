import type { Share } from '@agentainer/pool';
import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-share');

/** Says how many agents of a pool a host may have; how many are entered there. */
export async function sharePool(scope: PoolScope, poolId: string, share: Share): Promise<number> {
  return (await scope.run(script, poolId, [share.min_size, share.max_size])) as number;
}
