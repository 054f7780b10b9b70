import type { PoolBody } from '@agentainer/contracts';
import type { PoolStatus } from '@agentainer/pool';
import { poolConfigView } from './pool-config-view.js';
import { timeView } from './time-view.js';

export function poolView(pool: PoolStatus): PoolBody {
  const { id, image, digest, host, config, share, agents, waiting, served, error, retryAt } = pool;
  return {
    id,
    image,
    image_digest: digest ?? null,
    host,
    config: poolConfigView(config),
    share: { min_size: share.min_size, max_size: share.max_size },
    agents,
    waiting,
    served,
    ...(error && { error }),
    retry_at: timeView(retryAt),
  };
}
