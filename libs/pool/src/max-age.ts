import type { AgentRecord, PoolSnapshot } from './ports.js';

/** The part of a pool's agents that may be ended for their age at the same time, unless that is less than one. */
const SHARE = 1 / 4;

/**
 * Idle agents past the age that the pool sets them, the oldest first: only some at a time, for agents that were
 * started together grow old together, and lanes should find others meanwhile.
 */
export function tooOld({ spec, agents, now }: PoolSnapshot): AgentRecord[] {
  const { max_agent_age: maxAge } = spec.config;
  if (maxAge === undefined) return [];
  const ending = agents.filter((agent) => agent.state === 'retiring' && agent.reason === 'max_age').length;
  const atOnce = Math.max(1, Math.floor(agents.length * SHARE));
  return agents
    .filter((agent) => agent.state === 'idle' && now - agent.createdAt >= maxAge)
    .sort((a, b) => a.createdAt - b.createdAt)
    .slice(0, Math.max(0, atOnce - ending));
}
