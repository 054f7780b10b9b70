import type { Server } from 'node:net';
import type { AgentState, HostPressure, PoolConfig, PoolSpec, TaskError } from '@agentainer/core';
import type { HostUse } from './host-pressure.js';
import type { Share } from './host-port.js';
import type { CommandRunner } from './command-runner.js';
import { type AgentDeath, type DeathCause, lastLines, type LastWords } from './last-words.js';

export type * from './lease-port.js';

/** One agent of a pool on one host, as the registry has it. Times are milliseconds of Redis's clock. */
export interface AgentRecord {
  id: string;
  state: AgentState;
  /** The agent's directory on its host, where its sockets are. */
  directory: string;
  /** Tasks it was leased for so far. */
  uses: number;
  createdAt: number;
  /** When it last changed between idle and leased. */
  since: number;
  /** When each of its leases ends unless renewed. */
  leases: readonly number[];
  /** Why it is retiring, where it is. */
  reason?: RetireReason;
  /** The realm to which it is left since it ran a task; empty where it may serve any lane. */
  realm: string;
}

/** One consistent reading of a pool on one host. */
export interface PoolSnapshot {
  spec: PoolSpec;
  /** How many agents of the pool this host may have; none, until it was told. */
  share: Share;
  now: number;
  /** When somebody last asked for the pool, on whatever host. */
  lastUsed: number;
  /** Its image's name stands for another one by now: no new run asks for it. */
  superseded?: boolean;
  agents: AgentRecord[];
  /** Lanes that wait for an agent. */
  waiting: number;
  /** How many of them are of one realm each; taken to be all of one where it is not said. */
  waitingByRealm?: readonly number[];
  /** Agents asked for ahead of need, and until when that request counts. */
  warm: number;
  warmUntil: number;
  /** Why the latest start failed; undefined once one has succeeded. */
  error?: TaskError;
  /** When the keeper may try again after an error; 0 without one. */
  retryAt: number;
  /** Failed starts in a row; those that were under way side by side count once. */
  failures: number;
  /** Other hosts have the share of this one until it has found out that agents start here again. */
  onTrial?: boolean;
}

/** How an agent failed to start, as the keeper judges it. */
export interface StartFailure {
  error: TaskError;
  /** Failed starts in a row, this one included. */
  failures: number;
  /** Milliseconds until the next try. */
  retryInMs: number;
  /** Whether lanes are to give up waiting, as long as the pool has no other agent, and none of them starts on another host either. */
  broken: boolean;
}

/** The registry of agents, as the keeper of one host sees it. */
export interface AgentRegistry {
  /** Specs of all pools known. */
  pools(): Promise<PoolSpec[]>;
  snapshot(poolId: string): Promise<PoolSnapshot | undefined>;
  /** Makes a pool known that takes the place of another one, which somebody last asked for at `lastUsed`. Harmless when repeated. */
  succeed(successor: PoolSpec, lastUsed: number): Promise<void>;
  /** Enters an agent as `creating`, unless the host has its share of the pool; false then. */
  create(poolId: string, agentId: string, directory: string): Promise<boolean>;
  /** `creating` → given to the lane that waits longest, or idle. False where the agent is no longer entered. */
  ready(poolId: string, agentId: string): Promise<boolean>;
  /**
   * → `retiring`, from `creating` or `idle`, or from `leased` where all leases have expired or the reason is
   * `shutdown`. True also where it is retiring already; false where it may not, or is not entered.
   */
  retire(poolId: string, agentId: string, reason: RetireReason): Promise<boolean>;
  /**
   * Sees to it that an agent is not placed again: → `draining` where it has leases, so that it ends when the last of
   * them does, else → `retiring`. True also where it is on its way already; false where it is not entered.
   */
  drain(poolId: string, agentId: string, reason: RetireReason): Promise<boolean>;
  /** `cleaning` → where an agent goes that is given back. False where it is in another state, or not entered. */
  cleaned(poolId: string, agentId: string): Promise<boolean>;
  /** → `dead`: the agent is gone from the engine and leaves the registry. False where it was not entered. */
  remove(poolId: string, agentId: string): Promise<boolean>;
  /** `creating` → `retiring`, and notes why; without an agent it only does the latter. The first agent that does start makes it forgotten. */
  startFailed(poolId: string, agentId: string | undefined, failure: StartFailure): Promise<void>;
  /** Notes for people how an agent ended by itself. False where that was noted before, or the pool is not known any more. */
  died(poolId: string, agentId: string, words: LastWords): Promise<boolean>;
  /** Agents of the pool start again, as a trial has shown: what was noted of failed starts is forgotten. */
  mended(poolId: string): Promise<void>;
  /** Notes for people that the pool's image is being pulled, for so long unless that is said again; 0 where it is not any more. */
  pulling(poolId: string, forMs: number): Promise<void>;
  /** Says that this host has a keeper, and what puts it under pressure, if anything; to be repeated while that holds. */
  announce(pressure?: readonly HostPressure[]): Promise<void>;
  /** Says that this host has no agents any more, and no keeper. */
  leave(): Promise<void>;
  /** Calls `listener` when a pool may need its keeper: a lane waits, an agent retires, a pool is new. */
  onDemand(listener: (poolId: string) => void): () => void;
}

export type RetireReason =
  | 'idle_timeout'
  /** Its image's name stands for another one by now. */
  | 'superseded'
  /** The host has more than its share of the pool. */
  | 'surplus'
  /** It would be made otherwise today. */
  | 'config_changed'
  /** The operator does not permit its pool any more. */
  | 'not_permitted'
  | 'max_uses'
  | 'max_age'
  /** It used more memory than agents of its pool may. */
  | 'memory'
  | 'unhealthy'
  | 'suspect'
  /** Too many different tasks failed on it in a row. */
  | 'failing'
  | 'lease_expired'
  /** The memory or a disk of the host was nearly full. */
  | 'pressure'
  | 'died'
  | 'start_failed'
  | 'orphan'
  | 'shutdown'
  /** It was left to a realm, and lanes of another one need its place. */
  | 'reuse'
  /** Something was left of its tasks, or may have been. */
  | 'unclean';

/** Starts and ends agents: containers or processes. One implementation for each kind; all pass one conformance suite. */
export interface AgentDriver {
  readonly kind: 'docker' | 'process';
  /** Runs the tasks of agents with `protocol: exec`. */
  readonly commands: CommandRunner;
  /**
   * Starts an agent and resolves when it has opened its socket and answers healthy.
   * @throws {AgentStartError}
   */
  start(agent: AgentStart, signal: AbortSignal): Promise<void>;
  /** Ends an agent: SIGTERM, `graceMs`, SIGKILL. Resolves when it is gone; also where it never was. */
  stop(agentId: string, graceMs: number): Promise<void>;
  /**
   * Whether nothing is left of what ran in an agent, seen from outside: no file in its scratch, no process but those
   * that it started with. False also where that cannot be seen. To be asked while no task runs.
   */
  isClean(agentId: string): Promise<boolean>;
  /**
   * A server that listens at a port of an agent's own loopback, and is served by this process. To be asked while the agent runs.
   * @throws {AgentStartError} where this cannot be had here
   */
  listenInside(agentId: string, port: number): Promise<Server>;
  /** All agents of this driver's owner that exist on the host, whoever started them, running or not. */
  list(): Promise<FoundAgent[]>;
  /** Bytes of memory that these agents use now, with all that they started; those that do not run are left out. */
  memoryOf(agentIds: readonly string[]): Promise<Map<string, number>>;
  /** How an agent ended that was not stopped yet, and what it printed last; as far as this driver started it and still knows. Never throws. */
  lastWords(agentId: string): Promise<LastWords>;
  /** A folder on the disk that fills as agents are made and run, where this driver has one of its own. */
  dataRoot?(): Promise<string>;
  /** Calls `listener` for each agent that ended, without delay. */
  onExit(listener: (agentId: string) => void): () => void;
  /** What agents of a pool would be made of now, of their image as of what they may do: equal texts are equal agents. Undefined where that cannot be told. */
  makeOf(pool: PoolSpec): Promise<string | undefined>;
  /** What an image is on this host at present; undefined where it is not here, or only ever known by its name. */
  digestOf(image: string): Promise<string | undefined>;
  /**
   * Sees to it that an image is on the host, from the registry that its name is of: where it is not there, or with
   * `always` also to see whether its name stands for a newer one there.
   * @param digest what it must be, where that is known
   * @throws {AgentStartError}
   */
  pull(image: string, options: { digest?: string; always: boolean }): Promise<void>;
  /** Calls `listener` when a name may have come to stand for another image. */
  onImageChange(listener: () => void): () => void;
  close(): Promise<void>;
}

export interface AgentStart {
  agentId: string;
  poolId: string;
  image: string;
  /** What the image must be; whatever its name stands for, where it is not given. */
  digest?: string;
  /** A directory of this agent alone; its sockets are made in it. */
  directory: string;
  /** Of its pool. */
  config: PoolConfig;
}

/** Where hosts tell what images are. */
export interface ImageBoard {
  /** Images that somebody wants to know about. */
  wanted(): Promise<string[]>;
  /** Tells what those are on this host, by name, in place of all that was told before; undefined where an image is not here. */
  tell(digests: ReadonlyMap<string, string | undefined>): Promise<void>;
  /** Calls `listener` when somebody wants to know of an image that nobody asked for before. */
  onWanted(listener: () => void): () => void;
}

/**
 * Serves each agent its gateway: the socket through which it reaches the state of its run; and what else the host does
 * in the agent's directory.
 */
export interface GatewayHost {
  /**
   * Serves the socket in the agent's directory, also where an older one is left there. Harmless when repeated. The agent
   * need not have started yet.
   * @param isRunning it has, so that what can only be opened within it is opened, too
   * @throws {AgentStartError} where that cannot be had here
   */
  open(agent: AgentStart, isRunning?: boolean): Promise<void>;
  /** A text that an agent printed, without what it was told in confidence since it is served. */
  withoutSecrets(agentId: string, text: string): Promise<string>;
  /** Harmless where nothing is open. */
  close(agentId: string): Promise<void>;
}

/** Asks an agent how it is. */
export interface AgentProbe {
  /** Whether the agent in this directory answers healthy within a deadline. Never throws. */
  probe(directory: string): Promise<boolean>;
}

/** Whether this process is the one that may act; at most one process is at any time. */
export interface Leadership {
  /** False as soon as it can no longer be certain, be it that Redis does not answer. */
  readonly held: boolean;
  /** Calls `listener` whenever `held` changes. */
  onChange(listener: (held: boolean) => void): () => void;
}

/** What the keeper tells about its work, for metrics. */
export interface KeeperObserver {
  snapshot(snapshot: PoolSnapshot): void;
  /** An agent is ready, so many milliseconds after its start was decided on. */
  started(poolId: string, ms: number): void;
  /** An agent ended by itself: it used too much memory, or of whatever else. */
  died(poolId: string, cause: DeathCause): void;
  /** An agent is gone. */
  retired(poolId: string, reason: RetireReason): void;
  /** How much of the host is in use, and what of that puts it under pressure. */
  host(use: HostUse, pressure: readonly HostPressure[]): void;
  /** A pool is not known any more. */
  forgotten(poolId: string): void;
}

/** A pool on one host, for people. */
export interface PoolStatus {
  id: string;
  image: string;
  /** What the image is; undefined where its agents run whatever its name stands for when they start. */
  digest?: string;
  /** As the definition has it. */
  config: PoolConfig;
  /** Whether an operator has decided that it is to have no agents. */
  drained: boolean;
  /** The sizes that count, of all hosts together: an operator's, where there are such. */
  size: Share;
  host: string;
  /** How many agents the host may have of it. */
  share: Share;
  agents: Record<Exclude<AgentState, 'dead'>, number>;
  /** Lanes that wait for an agent. */
  waiting: number;
  /** Tasks that its agents ran so far. */
  served: number;
  /** Why the latest start failed; undefined once one has succeeded. */
  error?: TaskError;
  /** When the next start is tried after a failed one; 0 without one. */
  retryAt: number;
  /** Agents that ended by themselves, the latest first: in a list of pools that one alone, of one pool the latest few. */
  deaths: readonly AgentDeath[];
}

/** Reads how pools stand. */
export interface PoolReader {
  /** Every pool on every host that has a live keeper. */
  list(): Promise<PoolStatus[]>;
}

export interface FoundAgent {
  agentId: string;
  poolId: string;
  running: boolean;
  /** What it was made of, as {@link AgentDriver.makeOf} tells it; undefined where that was not noted. */
  make?: string;
}

/** An agent could not be started. `IMAGE_NOT_FOUND`, `NETWORK_NOT_FOUND` and `AGENT_REFUSED` will not mend by themselves; `ENGINE_AWAY` says nothing of the agent. */
export class AgentStartError extends Error {
  constructor(
    readonly code:
      | 'IMAGE_NOT_FOUND'
      | 'IMAGE_PULL_FAILED'
      | 'NETWORK_NOT_FOUND'
      | 'AGENT_REFUSED'
      | 'ENGINE_AWAY'
      | 'AGENT_START_FAILED',
    message: string,
    options?: ErrorOptions,
    /** The last lines that the agent printed. */
    readonly detail?: string,
  ) {
    super(message, options);
    this.name = 'AgentStartError';
  }

  /** The same, with what the agent printed last, if anything. */
  withOutput(output: string): AgentStartError {
    const detail = lastLines(output) || undefined;
    return new AgentStartError(this.code, this.message, { cause: this.cause }, detail);
  }
}
