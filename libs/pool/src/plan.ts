import type { AgentRecord, PoolSnapshot, RetireReason } from './ports.js';

/** What the keeper is to do for one pool. */
export interface PoolPlan {
  /** Agents to start, as far as the host has room for them at present. */
  starts: number;
  /** Agents to end: taken out of use first, where they are not yet. */
  retire: { agentId: string; reason: RetireReason }[];
}

/** Milliseconds after which a pool that nobody asked for does not keep its `min_size` any longer. */
const RETENTION_MS = 7 * 86_400_000;

/** How many agents a pool should have now: those in use, those asked for and those kept warm, within its bounds. */
export function desiredSize({
  spec: { config },
  agents,
  waiting,
  warm,
  warmUntil,
  now,
  lastUsed,
}: PoolSnapshot): number {
  const min_size = now - lastUsed < RETENTION_MS ? config.min_size : 0;
  const leased = agents.filter((agent) => agent.state === 'leased' && agent.leaseUntil > now).length;
  const kept = now < warmUntil ? warm : 0;
  return Math.min(Math.max(min_size, leased + waiting, kept), config.max_size);
}

/** What brings a pool from how it is to how it should be. */
export function planPool(snapshot: PoolSnapshot): PoolPlan {
  const expired = snapshot.agents.filter(
    (agent) => agent.state === 'leased' && agent.leaseUntil <= snapshot.now,
  );
  const ending = snapshot.agents.filter((agent) => agent.state === 'retiring');
  return {
    starts: startsOf(snapshot, expired.length),
    retire: [
      ...ending.map(({ id, reason }) => ({ agentId: id, reason: reason ?? 'orphan' })),
      ...expired.map(({ id }) => ({ agentId: id, reason: 'lease_expired' as const })),
      ...idleTooLong(snapshot, expired.length).map(({ id }) => ({
        agentId: id,
        reason: 'idle_timeout' as const,
      })),
    ],
  };
}

/** Agents that are ending still take room: there are never more than `max_size`, whatever they do. */
function startsOf(snapshot: PoolSnapshot, expired: number): number {
  if (snapshot.now < snapshot.retryAt) return 0;
  const missing = desiredSize(snapshot) - usable(snapshot, expired);
  const room = snapshot.spec.config.max_size - snapshot.agents.length;
  const creating = snapshot.agents.filter((agent) => agent.state === 'creating').length;
  // After a failed start one agent has to show that starting works before others follow.
  const allowed = snapshot.failures > 0 ? 1 - creating : Infinity;
  return Math.max(0, Math.min(missing, room, allowed));
}

/** Idle agents past their time that the pool can do without, least recently used first. */
function idleTooLong(snapshot: PoolSnapshot, expired: number): AgentRecord[] {
  const spare = usable(snapshot, expired) - desiredSize(snapshot);
  if (spare <= 0) return [];
  const { idle_timeout } = snapshot.spec.config;
  return snapshot.agents
    .filter((agent) => agent.state === 'idle' && snapshot.now - agent.since >= idle_timeout)
    .sort((a, b) => a.since - b.since)
    .slice(0, spare);
}

/** Agents that serve lanes now or soon. */
function usable({ agents }: PoolSnapshot, expired: number): number {
  return agents.filter((agent) => agent.state !== 'retiring').length - expired;
}
