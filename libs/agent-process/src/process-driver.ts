import type { PoolSpec } from '@agentainer/core';
import {
  type AgentDriver,
  type AgentStart,
  AgentStartError,
  awaitHealthy,
  type FoundAgent,
  type LastWords,
} from '@agentainer/pool';
import { type Logger, isAlive } from '@agentainer/runtime';
import { AdoptedProcesses } from './adopted-processes.js';
import { AgentProcess } from './agent-process.js';
import { type AgentProcessRecord, AgentRecords } from './agent-records.js';
import { endProcesses } from './end-process.js';
import { mustBePossible } from './must-be-possible.js';
import { residentMemory } from './process-memory.js';
import { makeOfProgram } from './program-make.js';
import { ANCHOR_COMMAND, ProcessCommands } from './process-commands.js';
import { processesOf } from './processes-of.js';
import { isScratchEmpty, makeScratch } from './scratch.js';

/** How long an agent may take to answer healthy by default, in milliseconds. */
const START_DEADLINE_MS = 30_000;

export interface ProcessDriverOptions {
  /** What an image stands for here: a program, by its absolute path or on the PATH, and its arguments. */
  images: Readonly<Record<string, readonly string[]>>;
  /** Whose agents these are; a driver sees no others. Letters, digits, `_` and `-`. */
  instance: string;
  /** Where the records of agents are kept, so that a later driver finds what this one leaves. */
  stateDirectory: string;
  logger: Logger;
  startDeadlineMs?: number;
}

/** An agent on its way to be healthy. */
interface Start {
  abort: AbortController;
  settled: Promise<unknown>;
}

/** Agents as processes of this machine: no isolation, for where there is no container engine. Needs `/proc`. */
export class ProcessDriver implements AgentDriver {
  readonly kind = 'process';
  readonly commands: ProcessCommands;
  private readonly records: AgentRecords;
  private readonly listeners = new Set<(agentId: string) => void>();
  private readonly starts = new Map<string, Start>();
  private readonly children = new Map<string, AgentProcess>();
  /** How agents ended that were not cleared away yet. */
  private readonly ends = new Map<string, LastWords>();
  /** The processes that agents started with, where this driver started them. */
  private readonly begun = new Map<string, Set<number>>();
  private readonly adopted = new AdoptedProcesses((agentId) => this.tell(agentId));

  constructor(private readonly options: ProcessDriverOptions) {
    const { stateDirectory, instance, logger } = options;
    this.records = new AgentRecords(stateDirectory, instance, logger);
    this.commands = new ProcessCommands(options.images, this.records);
  }

  async start(agent: AgentStart, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const command = this.lastingOf(agent);
    if (!command) throw new AgentStartError('IMAGE_NOT_FOUND', `no program is set for image ${agent.image}`);
    mustBePossible(agent.config);
    const abort = new AbortController();
    const started = this.launch(agent, command, AbortSignal.any([signal, abort.signal]));
    this.starts.set(agent.agentId, { abort, settled: started.catch(() => undefined) });
    await started.finally(() => this.starts.delete(agent.agentId));
  }

  async stop(agentId: string, graceMs: number): Promise<void> {
    const start = this.starts.get(agentId);
    start?.abort.abort(new AgentStartError('AGENT_START_FAILED', 'was ended while it started'));
    await start?.settled;
    await this.end(agentId, graceMs);
  }

  isClean(agentId: string): Promise<boolean> {
    const record = this.records.read(agentId);
    if (!record?.process) return Promise.resolve(false);
    const begun = this.begun.get(agentId) ?? new Set([record.process.pid]);
    const isAlone = processesOf(record.directory).every(({ pid }) => begun.has(pid));
    return Promise.resolve(isAlone && isScratchEmpty(record.directory));
  }

  list(): Promise<FoundAgent[]> {
    const found = this.records.list().map((record) => {
      const { agentId, poolId, directory, make } = record;
      const [process] = record.process ? [record.process] : processesOf(directory);
      const running = process !== undefined && isAlive(process);
      if (running && !this.children.has(agentId)) this.adopted.watch(agentId, process);
      return { agentId, poolId, running, make };
    });
    return Promise.resolve(found);
  }

  memoryOf(agentIds: readonly string[]): Promise<Map<string, number>> {
    const records = agentIds.flatMap((agentId) => this.records.read(agentId) ?? []);
    const sizes = residentMemory(new Set(records.map(({ directory }) => directory)));
    const found = records.filter(({ directory }) => sizes.has(directory));
    return Promise.resolve(new Map(found.map((r) => [r.agentId, sizes.get(r.directory)!])));
  }

  async lastWords(agentId: string): Promise<LastWords> {
    return this.ends.get(agentId) ?? { how: undefined, output: '' };
  }

  onExit(listener: (agentId: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  makeOf(pool: PoolSpec): Promise<string | undefined> {
    const command = this.lastingOf(pool);
    return Promise.resolve(command && makeOfProgram(command));
  }

  listenInside(): Promise<never> {
    return Promise.reject(
      new AgentStartError('AGENT_REFUSED', 'agents that are processes have no network of their own'),
    );
  }

  /** A program is known by its name alone. */
  digestOf(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** Programs are where the operator put them. */
  pull(): Promise<void> {
    return Promise.resolve();
  }

  onImageChange(): () => void {
    return () => undefined;
  }

  /** Leaves the agents running. */
  close(): Promise<void> {
    this.listeners.clear();
    this.adopted.close();
    for (const child of this.children.values()) child.release();
    return Promise.resolve();
  }

  /** The command that goes on as long as an agent does. */
  private lastingOf({ image, config }: Pick<PoolSpec, 'image' | 'config'>): readonly string[] | undefined {
    if (!Object.hasOwn(this.options.images, image)) return undefined;
    return config.protocol === 'exec' ? ANCHOR_COMMAND : this.options.images[image];
  }

  private async launch(agent: AgentStart, command: readonly string[], signal: AbortSignal): Promise<void> {
    const { agentId, poolId, directory, config } = agent;
    const record = { agentId, poolId, directory, make: makeOfProgram(command) };
    const child = this.spawn(record, command, config.agent_concurrency);
    const ended = new AbortController();
    void child.ended.then((end) => {
      const output = child.output();
      this.ends.set(agentId, { ...end, output });
      ended.abort(new AgentStartError('AGENT_START_FAILED', `the agent ${end.how}`).withOutput(output));
      this.children.delete(agentId);
      this.begun.delete(agentId);
      if (!this.starts.has(agentId)) this.tell(agentId);
    });
    try {
      const deadlineMs = this.options.startDeadlineMs ?? START_DEADLINE_MS;
      await awaitHealthy(directory, { deadlineMs, signal: AbortSignal.any([signal, ended.signal]) });
      ended.signal.throwIfAborted();
      this.begun.set(agentId, new Set(processesOf(directory).map(({ pid }) => pid)));
    } catch (error) {
      const output = child.output();
      await this.end(agentId, 0);
      throw error instanceof AgentStartError && error.detail === undefined ? error.withOutput(output) : error;
    }
  }

  /** The record comes first: whenever this process ends, what it started is on record. */
  private spawn(
    record: Omit<AgentProcessRecord, 'instance'>,
    command: readonly string[],
    concurrency: number,
  ): AgentProcess {
    makeScratch(record.directory);
    this.records.write(record);
    const child = new AgentProcess(command, record.directory, concurrency);
    this.children.set(record.agentId, child);
    this.records.write({ ...record, process: child.identity });
    return child;
  }

  private async end(agentId: string, graceMs: number): Promise<void> {
    const record = this.records.read(agentId);
    if (!record) return;
    await endProcesses(record.directory, record.process, graceMs);
    this.records.remove(agentId);
    this.ends.delete(agentId);
  }

  private tell(agentId: string): void {
    for (const listener of this.listeners) listener(agentId);
  }
}
