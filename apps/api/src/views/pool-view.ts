import type { PoolBody } from '@agentainer/contracts';
import type { PoolStatus } from '@agentainer/pool';
import { durationText } from './duration-text.js';
import { timeView } from './time-view.js';

export function poolView(pool: PoolStatus): PoolBody {
  const { id, image, host, config, agents, waiting, served, error, retryAt } = pool;
  return {
    id,
    image,
    host,
    config: { ...config, idle_timeout: durationText(config.idle_timeout) },
    agents,
    waiting,
    served,
    ...(error && { error }),
    retry_at: timeView(retryAt),
  };
}
