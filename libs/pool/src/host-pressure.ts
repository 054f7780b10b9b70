import type { HostPressure, PoolSpec } from '@agentainer/core';
import type { Retirement } from './plan.js';
import type { PoolSnapshot } from './ports.js';

/** Shares from 0 to 1 of what a host has that are in use. */
export interface HostUse {
  memory: number;
  /** One of each file system that counts. */
  disks: readonly DiskUse[];
}

export interface DiskUse {
  /** A folder on it, by which people know it. */
  directory: string;
  use: number;
}

/** The shares from which on a host is under pressure. */
export interface HostLimits {
  memory: number;
  /** Of each disk. */
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

/**
 * What puts a host under pressure: each resource from when its use reaches the limit until it is well below.
 * @param before what did so at the latest look
 */
export function pressureOf(
  use: HostUse,
  limits: HostLimits,
  before: readonly HostPressure[],
): HostPressure[] {
  const known = new Set(before.map(resourceOf));
  const all: HostPressure[] = [
    { resource: 'memory', use: use.memory },
    ...use.disks.map((disk) => ({ resource: 'disk' as const, ...disk })),
  ];
  return all.filter((one) => one.use >= limits[one.resource] - (known.has(resourceOf(one)) ? RELIEF : 0));
}

/** What is meant, as text: `memory`, or a folder on the disk. */
export function resourceOf(one: HostPressure): string {
  return one.resource === 'disk' ? one.directory : one.resource;
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
