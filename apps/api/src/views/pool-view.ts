import type { PoolBody } from '@agentainer/contracts';
import type { PoolStatus } from '@agentainer/pool';
import { poolConfigView } from './pool-config-view.js';
import { timeView } from './time-view.js';

export function poolView(pool: PoolStatus): PoolBody {
  const { id, image, digest, host, config, agents, waiting, served, error, retryAt } = pool;
  return {
    id,
    image,
    image_digest: digest ?? null,
    host,
    config: poolConfigView(config),
    agents,
    waiting,
    served,
    ...(error && { error }),
    retry_at: timeView(retryAt),
  };
}
