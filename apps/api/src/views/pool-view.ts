import type { PoolBody, PoolDetailsBody } from '@agentainer/contracts';
import type { AgentDeath, PoolStatus, PoolView } from '@agentainer/pool';
import { poolConfigView } from './pool-config-view.js';
import { momentView, timeView } from './time-view.js';

/** A pool on one host. */
export function poolView(pool: PoolStatus): PoolBody {
  return { ...ofPool(pool), ...onHost(pool) };
}

/** A pool on all its hosts. */
export function poolDetailsView(pool: PoolView): PoolDetailsBody {
  return {
    ...ofPool(pool),
    hosts: pool.hosts.map((host) => ({ ...onHost(host), deaths: host.deaths.map(deathView) })),
  };
}

function ofPool({ id, image, digest, config, drained, size }: Omit<PoolView, 'hosts' | 'override'>) {
  const { min_size, max_size } = size;
  return {
    id,
    image,
    image_digest: digest ?? null,
    config: poolConfigView(config),
    drained,
    min_size,
    max_size,
  };
}

function onHost({ host, share, agents, waiting, served, error, retryAt, deaths }: PoolStatus) {
  const { min_size, max_size } = share;
  return {
    ...{ host, share: { min_size, max_size }, agents, waiting, served },
    ...(error && { error }),
    retry_at: timeView(retryAt),
    last_death: deaths[0] ? deathView(deaths[0]) : null,
  };
}

function deathView({ agentId, at, how, exitCode, outOfMemory = false, output }: AgentDeath) {
  return {
    ...{ agent_id: agentId, at: momentView(at), how: how ?? null },
    ...{ exit_code: exitCode ?? null, out_of_memory: outOfMemory, output },
  };
}
