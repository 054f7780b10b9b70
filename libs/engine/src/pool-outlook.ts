import {
  type Definition,
  isTerminal,
  needsAgents,
  poolOf,
  realmOf,
  STEP_TRANSITIONS,
} from '@agentainer/core';
import type { HostPressure, TaskError } from '@agentainer/core';
import type { RunRecord, StepRecord } from './records.js';
import { stepNamed } from './step-lanes.js';

/** A host that was heard of lately. */
export interface HostStanding {
  name: string;
  /** Workers there that were heard of lately. */
  workers: number;
  /** An operator wants it to have no agents. */
  isDrained: boolean;
  /** What of it is nearly full, so that it keeps no agents ahead of need. */
  pressure: readonly HostPressure[];
}

/** How a pool stands on one host that was heard of lately. Times are milliseconds of Redis's clock. */
export interface PoolStanding {
  id: string;
  host: string;
  /** How many agents the host may have of it. */
  share: { max_size: number };
  /** Whether an operator has decided that it is to have no agents. */
  drained: boolean;
  agents: {
    creating: number;
    idle: number;
    leased: number;
    cleaning: number;
    draining: number;
    retiring: number;
  };
  /** Of the idle agents those that may serve a realm, for each realm that was asked for. */
  idleFor: ReadonlyMap<string, number>;
  /** Lanes in line for an agent. */
  waiting: number;
  /** Why the latest start failed; undefined once one has succeeded. */
  error?: TaskError;
  /** Failed starts in a row. */
  failures: number;
  /** When the next agent is started after a failed start; 0 without one. */
  retryAt: number;
  /** Other hosts have its share until it has found out that agents start there again. */
  onTrial: boolean;
  /** Until when its image counts as being pulled; 0 where it is not. */
  pullingUntil: number;
}

/** Hosts that were heard of lately, and how pools stand on each of them. */
export interface PoolOutlook {
  hosts: readonly HostStanding[];
  pools: readonly PoolStanding[];
}

/** What a step needs an agent for: of which pool, and for whom. */
export interface AgentNeed {
  pool: string;
  realm: string;
}

export interface PoolOutlookReader {
  /** How the pools of these needs stand. Its reads grow with pools and hosts, not with tasks. */
  outlook(needs: readonly AgentNeed[]): Promise<PoolOutlook>;
}

/** What a step needs agents for. */
export function needOf(
  definition: Definition,
  run: Pick<RunRecord, 'id' | 'kin'>,
  name: string,
): AgentNeed | undefined {
  const step = stepNamed(definition, name);
  if (!needsAgents(step)) return undefined;
  const { id: pool, config } = poolOf(step);
  return { pool, realm: realmOf(config.reuse, { ...run, runId: run.id, step: name }) };
}

/** What the open steps of a run need agents for at present, each once. */
export function agentNeeds(definition: Definition, run: RunRecord): AgentNeed[] {
  const needs = run.steps.filter(hasWaitingTasks).flatMap(({ name }) => needOf(definition, run, name) ?? []);
  return [...new Map(needs.map((need) => [`${need.pool} ${need.realm}`, need])).values()];
}

function hasWaitingTasks({ state, counts }: StepRecord): boolean {
  const isOpen = state !== 'pending' && !isTerminal(STEP_TRANSITIONS, state);
  return isOpen && counts.pending + counts.retrying > 0;
}
