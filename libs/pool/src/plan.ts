import { outlastsRuns } from '@agentainer/core';
import { agentsWanted } from './agents-wanted.js';
import { tooOld } from './max-age.js';
import type { AgentRecord, PoolSnapshot, RetireReason } from './ports.js';

/** An agent that is to end, and why. */
export interface Retirement {
  agentId: string;
  reason: RetireReason;
}

/** What the keeper is to do for one pool. */
export interface PoolPlan {
  /** Agents to start, as far as the host has room for them at present. */
  starts: number;
  /** Agents to end: taken out of use first, where they are not yet. */
  retire: Retirement[];
  /** Agents that get no more tasks, and end with those that they have. */
  drain: Retirement[];
  /** Agents to look at, whether anything is left of their tasks. */
  inspect: string[];
}

/** Milliseconds after which a pool that nobody asked for does not keep agents ahead of need any longer. */
const RETENTION_MS = 7 * 86_400_000;
/** Runs that began with an image go on with it, so that its agents are of use for some time yet, in milliseconds. */
const SUPERSEDED_IDLE_MS = 5_000;

/**
 * How many agents a pool should have here now: those in use, those asked for and the buffer beside them, and those kept
 * warm, within the host's share. One at its last task is as good as gone: what is kept is beside it, so that its replacement
 * starts meanwhile.
 */
export function desiredSize(snapshot: PoolSnapshot): number {
  const { spec, share, agents, warm, warmUntil, now } = snapshot;
  const { min_size, max_size } = share;
  const { max_agent_uses } = spec.config;
  const leased = agents.filter((agent) => agent.state === 'leased' && !hasExpired(agent, now));
  const last = leased.filter((agent) => agent.uses + agent.leases.length >= max_agent_uses).length;
  const needed = leased.length - last + countOf(agents, 'cleaning') + agentsWanted(snapshot);
  const kept = keepsAhead(snapshot) ? Math.max(min_size, needed + bufferOf(snapshot)) : needed;
  const warmed = now < warmUntil ? warm : 0;
  return Math.min(last + Math.max(kept, warmed), max_size);
}

/** Whether anything is kept ready for those who may come. */
function keepsAhead({ superseded, now, lastUsed }: PoolSnapshot): boolean {
  return !superseded && now - lastUsed < RETENTION_MS;
}

/** The part of the pool's buffer that is this host's. */
function bufferOf(snapshot: PoolSnapshot): number {
  const { spec, share } = snapshot;
  if (!keepsAhead(snapshot)) return 0;
  return Math.ceil((spec.config.buffer * share.max_size) / spec.config.max_size);
}

/** What brings a pool from how it is to how it should be. */
export function planPool(snapshot: PoolSnapshot): PoolPlan {
  const { agents, now } = snapshot;
  const ending = agents.filter((agent) => agent.state === 'retiring');
  const expired = agents.filter((agent) => isLeased(agent) && hasExpired(agent, now));
  const old = tooOld(snapshot);
  const staying = agents.filter((agent) => !expired.includes(agent) && !old.includes(agent));
  const usable = staying.filter((agent) => mayServe(snapshot, agent)).length;
  const surplus = beyondShare(snapshot, [...ending, ...expired, ...old]);
  const idle = idleTooLong(snapshot, staying, usable).filter((agent) => !surplus.includes(agent));
  const leaving = [...ending, ...expired, ...old, ...surplus, ...idle];
  const because = (reason: RetireReason) => (agent: AgentRecord) => ({ agentId: agent.id, reason });
  return {
    starts: startsOf(snapshot, usable),
    inspect: snapshot.agents.filter((agent) => agent.state === 'cleaning').map((agent) => agent.id),
    drain: staying.filter((agent) => hasExpiredPartly(agent, now)).map(because('lease_expired')),
    retire: [
      ...ending.map(({ id, reason }) => ({ agentId: id, reason: reason ?? 'orphan' })),
      ...expired.map(because('lease_expired')),
      ...old.map(because('max_age')),
      ...surplus.map(because('surplus')),
      ...idle.map(because(snapshot.superseded ? 'superseded' : 'idle_timeout')),
      ...inTheWay(snapshot, leaving).map(because('reuse')),
    ],
  };
}

/** Idle agents beyond the host's share, least recently used first. */
function beyondShare({ agents, share }: PoolSnapshot, leaving: readonly AgentRecord[]): AgentRecord[] {
  const surplus = agents.length - leaving.length - share.max_size;
  return agents
    .filter((agent) => agent.state === 'idle' && !leaving.includes(agent))
    .sort((a, b) => a.since - b.since)
    .slice(0, Math.max(0, surplus));
}

/** Agents that are ending still take room: there are never more than the share allows, whatever they do. */
function startsOf(snapshot: PoolSnapshot, usable: number): number {
  const missing = Math.max(desiredSize(snapshot) - usable, missingForAny(snapshot, bufferOf(snapshot)));
  return Math.max(0, Math.min(missing, roomOf(snapshot), startsAllowed(snapshot)));
}

function roomOf({ share, agents }: PoolSnapshot): number {
  return share.max_size - agents.length;
}

/** After a failed start one agent has to show that starting works before others follow. */
function startsAllowed({ now, retryAt, failures, agents }: PoolSnapshot): number {
  if (now < retryAt) return 0;
  return failures > 0 ? 1 - countOf(agents, 'creating') : Infinity;
}

/**
 * Agents that are missing to the lanes that wait without one on its way to them, and to so many beside these for whoever
 * comes; below 0 as many as there are too many. Idle agents left to a realm are no help: that of a lane would have been
 * given to it, and who comes may be of another one.
 */
function missingForAny(snapshot: PoolSnapshot, beside = 0): number {
  const { agents } = snapshot;
  const lanes = Math.max(0, agentsWanted(snapshot) - countOf(agents, 'cleaning'));
  return lanes + beside - countOf(agents, 'creating') - agents.filter(mayServeAny).length;
}

/** Idle agents left to realms that have to make room for starts beside those that leave anyway, least recently used first. */
function inTheWay(snapshot: PoolSnapshot, leaving: readonly AgentRecord[]): AgentRecord[] {
  const wanted = Math.min(missingForAny(snapshot), startsAllowed(snapshot));
  const short = wanted - Math.max(0, roomOf(snapshot)) - leaving.length;
  if (short <= 0) return [];
  return snapshot.agents
    .filter((agent) => agent.state === 'idle' && !mayServeAny(agent) && !leaving.includes(agent))
    .sort((a, b) => a.since - b.since)
    .slice(0, short);
}

function idleTimeout({ spec, superseded }: PoolSnapshot): number {
  return Math.min(spec.config.idle_timeout, superseded ? SUPERSEDED_IDLE_MS : Infinity);
}

/**
 * Idle agents past their time that the pool can do without, least recently used first. Those left to a realm make room
 * for what is missing to the buffer; those that may serve any are kept as far as the buffer needs them.
 */
function idleTooLong(snapshot: PoolSnapshot, staying: AgentRecord[], usable: number): AgentRecord[] {
  const missing = missingForAny(snapshot, bufferOf(snapshot));
  const replaced = Math.max(0, Math.min(missing, bufferOf(snapshot), startsAllowed(snapshot)));
  const spare = Math.max(0, usable + replaced - desiredSize(snapshot));
  const { now, waiting } = snapshot;
  const idle_timeout = idleTimeout(snapshot);
  const old = staying
    .filter((agent) => agent.state === 'idle' && now - agent.since >= idle_timeout)
    .filter((agent) => waiting === 0 || !mayServeAny(agent))
    .sort((a, b) => a.since - b.since);
  const useless = old.filter((agent) => !mayServeLater(snapshot, agent));
  const buffer = old.filter(mayServeAny).slice(Math.max(0, -missing));
  const useful = old.filter((agent) => mayServeLater(snapshot, agent) && !buffer.includes(agent));
  return [...useless, ...useful.slice(0, spare)];
}

/** Whether an agent serves lanes now or later. */
function mayServe(snapshot: PoolSnapshot, agent: AgentRecord): boolean {
  if (agent.state === 'idle') return mayServeLater(snapshot, agent);
  return agent.state !== 'retiring' && agent.state !== 'draining';
}

function isLeased({ state }: AgentRecord): boolean {
  return state === 'leased' || state === 'draining';
}

/** Whether nobody holds it any more, as far as is known. */
function hasExpired({ leases }: AgentRecord, now: number): boolean {
  return leases.every((until) => until <= now);
}

/** Whether some of those that held it are gone: nobody knows what became of their tasks, and others run beside. */
function hasExpiredPartly({ state, leases }: AgentRecord, now: number): boolean {
  return state === 'leased' && leases.some((until) => until <= now);
}

function mayServeAny({ state, realm }: AgentRecord): boolean {
  return state === 'idle' && realm === '';
}

/** Whether an idle agent may be wanted by a run to come: it counts as one that is kept warm then. */
function mayServeLater({ spec }: PoolSnapshot, agent: AgentRecord): boolean {
  return mayServeAny(agent) || outlastsRuns(spec.config.reuse);
}

function countOf(agents: readonly AgentRecord[], state: AgentRecord['state']): number {
  return agents.filter((agent) => agent.state === state).length;
}
