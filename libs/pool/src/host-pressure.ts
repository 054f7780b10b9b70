import type { PoolSpec } from '@agentainer/core';
import type { Retirement } from './plan.js';
import type { PoolSnapshot } from './ports.js';

/** Shares from 0 to 1 of what a host has that are in use. */
export interface HostUse {
  memory: number;
  disk: number;
}

/** Tells how much of the host is in use. */
export interface HostGauge {
  /** @throws where it cannot be read */
  read(): Promise<HostUse>;
}

/** How far use must fall below its limit for the pressure to be over, so that it does not come and go. */
const RELIEF = 0.05;
/** Agents that are ended for pressure at the same time: what each of them gives back shows only when it is gone. */
const ENDS_AT_ONCE = 2;

/** Whether a host is under pressure: from when a share reaches its limit until all of them are well below. */
export function isUnderPressure(use: HostUse, limits: HostUse, before: boolean): boolean {
  const margin = before ? RELIEF : 0;
  return use.memory >= limits.memory - margin || use.disk >= limits.disk - margin;
}

/** An agent that is to end, and its pool. */
export interface PoolEnd extends Retirement {
  pool: PoolSpec;
}

/** The idle agents of whatever pool that are to end for pressure now: those used longest ago, a few at a time. */
export function relief(snapshots: readonly PoolSnapshot[]): PoolEnd[] {
  const agents = snapshots.flatMap(({ spec, agents }) => agents.map((agent) => ({ pool: spec, agent })));
  const ending = agents.filter(
    ({ agent }) => agent.state === 'retiring' && agent.reason === 'pressure',
  ).length;
  return agents
    .filter(({ agent }) => agent.state === 'idle')
    .sort((a, b) => a.agent.since - b.agent.since)
    .slice(0, Math.max(0, ENDS_AT_ONCE - ending))
    .map(({ pool, agent }) => ({ pool, agentId: agent.id, reason: 'pressure' }));
}

/** The pool as it is while its host is under pressure: nothing is kept ahead of need. */
export function withoutReserve(snapshot: PoolSnapshot): PoolSnapshot {
  const { spec, share } = snapshot;
  return {
    ...snapshot,
    share: { ...share, min_size: 0 },
    warm: 0,
    spec: { ...spec, config: { ...spec.config, buffer: 0 } },
  };
}
