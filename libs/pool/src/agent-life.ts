import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type AgentPermissions, newId, permissionFaults, type PoolSpec } from '@agentainer/core';
import { type Logger, withDeadline } from '@agentainer/runtime';
import { DeathNotes } from './death-notes.js';
import { EarlyDeaths } from './early-deaths.js';
import { Exits } from './exits.js';
import type { LastWords } from './last-words.js';
import {
  type AgentDriver,
  type AgentRegistry,
  type AgentStart,
  AgentStartError,
  type GatewayHost,
  type KeeperObserver,
  type Leadership,
  type RetireReason,
  type StartFailure,
} from './ports.js';
import { judgeStartFailure } from './start-failure.js';

export interface AgentLifeParts {
  registry: AgentRegistry;
  driver: AgentDriver;
  gateway: GatewayHost;
  observer: KeeperObserver;
  /** Without it no end of an agent begins. */
  leadership: Leadership;
  /** What pools may ask for. Whoever takes definitions asks the same; but it is here that agents are started. */
  permissions: AgentPermissions;
  /** Where the agents' own directories are made. */
  agentsDirectory: string;
  logger: Logger;
}

/** How long an agent may take to open its socket and answer, in milliseconds. */
const START_DEADLINE_MS = 60_000;
/** How long an agent of a pool that is not known may take to end by itself before it is killed, in milliseconds. */
const GRACE_MS = 2_000;
/** The longest grace while the host stops, in milliseconds: its own time is limited, too. */
const SHUTDOWN_GRACE_MS = 5_000;
/** How long a look at an agent from outside may take, in milliseconds. */
const INSPECT_DEADLINE_MS = 5_000;
/** How long the engine may take to say that an agent ended by itself which its lane lost, in milliseconds. */
const EXIT_MS = 250;
/** How long the engine may take to end an agent beyond its grace, in milliseconds. */
const STOP_DEADLINE_MS = 15_000;

/**
 * The steps in which agents begin and end on this host. An agent is in the registry before anything of it exists, and
 * leaves it after the last of it is gone, so that whatever is cut short is found again. No method throws: what
 * fails stays in the registry and is tried again.
 */
export class AgentLife {
  /** Agents that are starting, and whether they ended already. */
  private readonly starting = new Map<string, { exited: boolean }>();
  private readonly ending = new Set<string>();
  /** Pools of which a trial is under way. */
  private readonly trials = new Set<string>();
  /** Agents whose gateway this process serves, with their pools. */
  private readonly served = new Map<string, string>();
  private readonly earlyDeaths = new EarlyDeaths();
  private readonly exits = new Exits();
  private readonly deaths: DeathNotes;

  constructor(private readonly parts: AgentLifeParts) {
    this.deaths = new DeathNotes(parts);
  }

  get starts(): number {
    return this.starting.size;
  }

  get ends(): number {
    return this.ending.size;
  }

  /** Agents whose start or end is under way in this process. */
  busy(): string[] {
    return [...this.starting.keys(), ...this.ending];
  }

  /** Whether a start or an end of it is under way in this process. */
  isBusy(agentId: string): boolean {
    return this.starting.has(agentId) || this.ending.has(agentId);
  }

  isServed(agentId: string): boolean {
    return this.served.has(agentId);
  }

  /** Enters a new agent in the registry; undefined where the pool is full. @throws where Redis cannot be reached */
  async enter(pool: PoolSpec): Promise<AgentStart | undefined> {
    const agent = this.newAgent(pool);
    const { agentId, poolId, directory } = agent;
    this.starting.set(agentId, { exited: false });
    try {
      const entered = await this.parts.registry.create(poolId, agentId, directory);
      if (entered) return agent;
      this.starting.delete(agentId);
      return undefined;
    } catch (error) {
      this.starting.delete(agentId);
      throw error;
    }
  }

  /**
   * Starts an agent that was entered, and puts it to use. Where `signal` aborts, all is left as it is, for whoever
   * acts on this host next.
   * @param failures failed starts of its pool in a row before this one
   */
  async start(agent: AgentStart, failures: number, signal: AbortSignal): Promise<void> {
    const { agentId, poolId } = agent;
    const began = performance.now();
    let ready = false;
    try {
      const failure = await this.launch(agent, signal).catch((cause: unknown) =>
        judgeStartFailure(cause, failures),
      );
      if (signal.aborted) return;
      if (failure) return await this.startFailed(agent, failure);
      ready = await this.parts.registry.ready(poolId, agentId);
      if (ready) this.parts.observer.started(poolId, performance.now() - began);
    } catch (error) {
      this.parts.logger.warn({ err: error, agentId, poolId }, 'the start of an agent was not noted');
    } finally {
      const exited = this.starting.get(agentId)?.exited;
      this.starting.delete(agentId);
      if (ready && exited) await this.lost(poolId, agentId);
    }
  }

  isTrying(poolId: string): boolean {
    return this.trials.has(poolId);
  }

  /**
   * Finds out whether agents of a pool start here, by one that is not entered: it serves nobody, and ends at once. Where
   * this is cut short, what is left of it is an agent that the registry does not know.
   * @param failures failed starts of its pool in a row before this one
   */
  async tryOut(pool: PoolSpec, failures: number, signal: AbortSignal): Promise<void> {
    const { registry, logger } = this.parts;
    const agent = this.newAgent(pool);
    const { agentId, poolId } = agent;
    this.trials.add(poolId);
    this.starting.set(agentId, { exited: false });
    try {
      const failure = await this.launch(agent, signal).catch((cause: unknown) =>
        judgeStartFailure(cause, failures),
      );
      if (signal.aborted) return;
      logger.info({ agentId, poolId, failure }, 'whether agents of a pool start here again was tried');
      if (failure) await registry.startFailed(poolId, undefined, failure);
      else await registry.mended(poolId);
    } catch (error) {
      logger.warn({ err: error, agentId, poolId }, 'the trial of an agent was not noted');
    } finally {
      this.starting.delete(agentId);
      await this.discard(agentId);
      this.trials.delete(poolId);
    }
  }

  /** Takes an agent out of use, ends it and clears it away; nothing where it may not be taken out of use. */
  async end({ id: poolId, config }: PoolSpec, agentId: string, reason: RetireReason): Promise<void> {
    await this.whileEnding(agentId, async () => {
      if (!(await this.parts.registry.retire(poolId, agentId, reason))) return;
      // Its lane may have been the first to notice that it ended by itself.
      if (reason === 'suspect' && (await this.exits.seen(agentId, EXIT_MS)))
        await this.deaths.note(poolId, agentId, await this.deaths.wordsOf(agentId));
      const { stop_grace: grace } = config;
      await this.clearAway(agentId, reason === 'shutdown' ? Math.min(grace, SHUTDOWN_GRACE_MS) : grace);
      await this.remove(poolId, agentId, reason);
    });
  }

  /** Has an agent get no more tasks, and end with those that it has. */
  async drain(poolId: string, agentId: string, reason: RetireReason): Promise<void> {
    await this.whileEnding(
      agentId,
      async () => void (await this.parts.registry.drain(poolId, agentId, reason)),
    );
  }

  /** Looks at an agent that was given back: it is used again where nothing is left of its tasks, and ended else. */
  async inspect(poolId: string, agentId: string): Promise<void> {
    const { registry, driver, logger } = this.parts;
    await this.whileEnding(agentId, async () => {
      const clean = withDeadline('a look at an agent', INSPECT_DEADLINE_MS, driver.isClean(agentId));
      if (await clean.catch(() => false)) return void (await registry.cleaned(poolId, agentId));
      if (!(await registry.retire(poolId, agentId, 'unclean'))) return;
      logger.info({ agentId, poolId }, 'something may be left of the tasks of an agent: it is ended');
      await this.clearAway(agentId);
      await this.remove(poolId, agentId, 'unclean');
    });
  }

  /** An agent is gone from the engine: nobody may get it any more, and what is left of it is cleared away. */
  async lost(poolId: string, agentId: string): Promise<void> {
    await this.whileEnding(agentId, async () => {
      const words = this.deaths.wordsOf(agentId);
      await this.noteEarlyDeath(poolId, agentId, words);
      await this.remove(poolId, agentId, 'died');
      // Nobody waits for them, but they are gone with the agent.
      await this.deaths.note(poolId, agentId, await words);
      await this.clearAway(agentId);
    });
  }

  /** The engine says that an agent ended. */
  async exited(agentId: string): Promise<void> {
    const starting = this.starting.get(agentId);
    const poolId = this.served.get(agentId);
    if (poolId !== undefined) this.exits.note(agentId);
    if (starting) starting.exited = true;
    else if (poolId !== undefined) await this.lost(poolId, agentId);
  }

  /** Serves the gateway of an agent that another process started. */
  async adopt({ id: poolId, image, config }: PoolSpec, agentId: string, directory: string): Promise<void> {
    if (!this.parts.leadership.held) return;
    try {
      this.served.set(agentId, poolId);
      await this.parts.gateway.open({ agentId, poolId, image, directory, config }, true);
    } catch (error) {
      this.served.delete(agentId);
      this.parts.logger.warn({ err: error, agentId, poolId }, 'the gateway of an agent could not be opened');
    }
  }

  /** Clears away an agent that the registry does not know. */
  async discard(agentId: string): Promise<void> {
    await this.whileEnding(agentId, () => this.clearAway(agentId));
  }

  /** Another process may act on this host now: serves no gateway any more, and touches no agent. */
  async letGo(): Promise<void> {
    const agentIds = [...this.served.keys()];
    this.served.clear();
    this.exits.clear();
    await Promise.allSettled(agentIds.map((agentId) => this.parts.gateway.close(agentId)));
  }

  private newAgent({ id: poolId, image, digest, config }: PoolSpec): AgentStart {
    const agentId = newId('agent');
    return { agentId, poolId, image, digest, directory: join(this.parts.agentsDirectory, agentId), config };
  }

  private async launch(agent: AgentStart, signal: AbortSignal): Promise<undefined> {
    const { agentId, poolId, directory } = agent;
    this.mustBePermitted(agent);
    await mkdir(this.parts.agentsDirectory, { recursive: true, mode: 0o700 });
    await mkdir(directory);
    await this.parts.gateway.open(agent);
    this.served.set(agentId, poolId);
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(START_DEADLINE_MS)]);
    const started = this.parts.driver.start(agent, inTime);
    await withDeadline('the start of an agent', START_DEADLINE_MS + STOP_DEADLINE_MS, started);
    await this.parts.gateway.open(agent, true);
  }

  private mustBePermitted(agent: AgentStart): void {
    const faults = permissionFaults(agent, this.parts.permissions);
    const message = faults.map((fault) => `${fault.path} ${fault.message}`).join('; ');
    if (faults.length > 0) throw new AgentStartError('AGENT_REFUSED', message);
  }

  private async startFailed({ agentId, poolId }: AgentStart, failure: StartFailure): Promise<void> {
    this.parts.logger.warn({ agentId, poolId, ...failure }, 'an agent did not start');
    await this.parts.registry.startFailed(poolId, agentId, failure);
    await this.clearAway(agentId);
    await this.remove(poolId, agentId, 'start_failed');
  }

  private async noteEarlyDeath(poolId: string, agentId: string, words: Promise<LastWords>): Promise<void> {
    const { registry, logger } = this.parts;
    const snapshot = await registry.snapshot(poolId);
    const agent = snapshot?.agents.find(({ id }) => id === agentId);
    const failures = snapshot && this.earlyDeaths.note(poolId, agent, snapshot.now);
    if (failures === undefined) return;
    const cause = new AgentStartError(
      'AGENT_START_FAILED',
      'agents end by themselves right after their start',
    );
    const failure = judgeStartFailure(cause.withOutput((await words).output), failures);
    logger.warn(
      { agentId, poolId, ...failure },
      'an agent ended right after its start, like those before it',
    );
    await registry.startFailed(poolId, agentId, failure);
  }

  private async clearAway(agentId: string, graceMs = GRACE_MS): Promise<void> {
    const stopped = this.parts.driver.stop(agentId, graceMs);
    await withDeadline('the end of an agent', graceMs + STOP_DEADLINE_MS, stopped);
    this.served.delete(agentId);
    this.exits.forget(agentId);
    await this.parts.gateway.close(agentId);
    await rm(join(this.parts.agentsDirectory, agentId), { recursive: true, force: true });
  }

  private async remove(poolId: string, agentId: string, reason: RetireReason): Promise<void> {
    const removed = await this.parts.registry.remove(poolId, agentId);
    if (removed) this.parts.observer.retired(poolId, reason);
  }

  /** At most one end of the same agent at a time, and none once somebody else may act here. */
  private async whileEnding(agentId: string, work: () => Promise<void>): Promise<void> {
    if (this.isBusy(agentId) || !this.parts.leadership.held) return;
    this.ending.add(agentId);
    try {
      await work();
    } catch (error) {
      this.parts.logger.warn(
        { err: error, agentId },
        'an agent was not cleared away; it will be tried again',
      );
    } finally {
      this.ending.delete(agentId);
    }
  }
}
