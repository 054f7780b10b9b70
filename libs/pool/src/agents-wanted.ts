import type { PoolSnapshot } from './ports.js';

/** Agents that can serve all lanes that wait at once: lanes of two realms share none. */
export function agentsWanted({ waiting, waitingByRealm = [waiting], spec }: PoolSnapshot): number {
  const { agent_concurrency } = spec.config;
  return waitingByRealm.reduce((sum, lanes) => sum + Math.ceil(lanes / agent_concurrency), 0);
}
