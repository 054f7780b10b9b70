import type { AgentState, HostPressure, PoolSpec } from '@agentainer/core';

/** How long a host or a worker may be silent until the others do without it, in milliseconds. */
export const SILENCE_MS = 10_000;

/** How many agents of a pool one host may have. */
export interface Share {
  min_size: number;
  max_size: number;
}

/** A share as a host is given it. */
export interface GivenShare extends Share {
  /** It has none, for agents do not start there: others have it until the host has found out that they do again. */
  onTrial: boolean;
}

/** Why agents of a pool do not start on a host: one after another failed, or the engine does not answer. */
export type StartTrouble = 'starts_fail' | 'engine_away';

/** What a host has of a pool. */
export interface HostShare extends GivenShare {
  host: string;
  trouble?: StartTrouble;
  /** Agents that are entered there, those that are ending included. */
  agents: number;
}

/** The signs of life of a host. */
export interface HostSigns {
  name: string;
  /** When its keeper was last heard of, by Redis's clock; 0 where it left. */
  heardAt: number;
  /** Workers there that were heard of lately. */
  workers: number;
  /** Somebody wants it to have no agents. */
  isDrained: boolean;
}

/** Hosts and what each has of each pool, as the one process sees it that divides pools among hosts. */
export interface HostStore {
  hosts(): Promise<HostSigns[]>;
  /** All pools, with the sizes that there are to be divided. */
  pools(): Promise<PoolSpec[]>;
  /** What these hosts have of a pool, for each of the pools, in their order. */
  shares(poolIds: readonly string[], hosts: readonly string[]): Promise<HostShare[][]>;
  /** Gives a host its share and tells its keeper and workers; how many agents are entered there then. */
  share(poolId: string, host: string, share: Share & Partial<GivenShare>): Promise<number>;
  /** Forgets a host with all its agents, unless it was heard of after these signs. How many agents it had. */
  forget(signs: HostSigns, poolIds: readonly string[]): Promise<number>;
  /** Calls `listener` where a pool may be new. */
  onDemand(listener: (poolId: string) => void): () => void;
}

/**
 * `draining`: wanted without agents, and has some. `drained`: has none, and gets none. `silent`: not heard of; what it
 * has is soon given to others.
 */
export type HostState = 'up' | 'draining' | 'drained' | 'silent';

/** A host, for people. */
export interface HostStatus {
  name: string;
  state: HostState;
  /** When its keeper was last heard of, by Redis's clock; undefined where it left. */
  heardAt: number | undefined;
  workers: number;
  /** What of it is nearly full, so that it keeps no agents ahead of need. */
  pressure: readonly HostPressure[];
  agents: Record<Exclude<AgentState, 'dead'>, number>;
}

export interface HostDirectory {
  list(): Promise<HostStatus[]>;
  /** From now on, and after a restart, the host gets no agents and no lanes. False where nobody knows it. */
  drain(name: string): Promise<boolean>;
  /** It gets agents and lanes again. False where nobody knows it. */
  resume(name: string): Promise<boolean>;
}

/** How a host stands, by its signs of life and how many agents it has. */
export function hostState({ heardAt, isDrained }: HostSigns, agents: number, now: number): HostState {
  const isUp = now - heardAt < SILENCE_MS;
  if (isDrained) return agents > 0 && isUp ? 'draining' : 'drained';
  return isUp ? 'up' : 'silent';
}
