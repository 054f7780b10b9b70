import type { GivenShare, Share } from '@agentainer/pool';
import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-share');

/** Says how many agents of a pool a host may have; how many are entered there. */
export async function sharePool(
  scope: PoolScope,
  poolId: string,
  share: Share & Partial<GivenShare>,
): Promise<number> {
  const { min_size, max_size, onTrial } = share;
  return (await scope.run(script, poolId, [min_size, max_size, onTrial ? 1 : 0])) as number;
}
