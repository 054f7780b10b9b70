import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AgentDriver,
  type AgentStart,
  AgentStartError,
  awaitHealthy,
  chunksOf,
  type FoundAgent,
  type LastWords,
} from '@agentainer/pool';
import type { Logger } from '@agentainer/runtime';
import type { PoolSpec } from '@agentainer/core';
import type Docker from 'dockerode';
import type { Server } from 'node:net';
import { closeToAgent, openToAgent } from './agent-directory.js';
import { anchorPath, ensureAnchor } from './anchor.js';
import { containerBody, scratchOf } from './container-body.js';
import { agentOf, containerName, labelFilter, makeLabel, type Owner } from './container-identity.js';
import { memoryOf } from './container-memory.js';
import { ContainerCommands } from './container-commands.js';
import { ContainerOutput } from './container-output.js';
import { ContainerLook, firstProcessOf } from './container-look.js';
import { allowing, callDeadline, connectEngine, isAway, statusOf } from './engine.js';
import { dataRootOf } from './engine-data.js';
import { EngineEvents } from './engine-events.js';
import { type EngineImage, EngineImages } from './engine-images.js';
import { listenInside, notBeside } from './listen-inside.js';

/** How long an agent may take to answer healthy by default, in milliseconds. */
const START_DEADLINE_MS = 30_000;
/** How often a starting container is looked at, in milliseconds, in case the engine's events are out of reach. */
const LOOK_MS = 1_000;
/** How long somebody else's removal of a container may take, in milliseconds. */
const REMOVAL_MS = 10_000;
const REMOVAL_POLL_MS = 50;
/** Agents whose memory the engine is asked for side by side. */
const MEASURED_AT_ONCE = 32;

export interface DockerDriverOptions {
  /** Of the engine. */
  socketPath: string;
  /** Where a program is kept that containers run; on a file system from which programs may be run. */
  programDirectory: string;
  /** Whose agents these are, and on which host; a driver sees no others. Letters, digits, `_`, `.` and `-`. */
  instance: string;
  host: string;
  logger: Logger;
  startDeadlineMs?: number;
  /** Credentials for registries, in the form of Docker's `config.json`. */
  registryAuthFile?: string;
}

/** An agent on its way to be healthy. */
interface Start {
  abort: AbortController;
  settled: Promise<unknown>;
}

/** Agents as hardened containers: without network, rights, or anything of the host but their own directory. */
export class DockerDriver implements AgentDriver {
  readonly kind = 'docker';
  readonly commands: ContainerCommands;
  private readonly docker: Docker;
  private readonly owner: Owner;
  private readonly listeners = new Set<(agentId: string) => void>();
  private readonly starts = new Map<string, Start>();
  /** Agents whose exit has still to be told. */
  private readonly running = new Set<string>();
  /** Agents whose exit was told: the engine goes on listing them as running for a moment. */
  private readonly ended = new Set<string>();
  private readonly look = new ContainerLook();
  private readonly output = new ContainerOutput();
  private events: EngineEvents[] = [];
  private readonly images: EngineImages;
  private readonly imageListeners = new Set<() => void>();

  constructor(private readonly options: DockerDriverOptions) {
    this.docker = connectEngine(options.socketPath);
    this.images = new EngineImages(this.docker, options.registryAuthFile);
    this.owner = { instance: options.instance, host: options.host };
    this.commands = new ContainerCommands(this.docker, this.owner);
  }

  async start(agent: AgentStart, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.listen();
    const abort = new AbortController();
    const started = this.launch(agent, abort, AbortSignal.any([signal, abort.signal]));
    this.starts.set(agent.agentId, { abort, settled: started.catch(() => undefined) });
    await started.finally(() => this.starts.delete(agent.agentId));
  }

  async stop(agentId: string, graceMs: number): Promise<void> {
    const start = this.starts.get(agentId);
    start?.abort.abort(new AgentStartError('AGENT_START_FAILED', 'the agent was ended while it started'));
    await start?.settled;
    if (graceMs > 0) {
      const t = Math.ceil(graceMs / 1_000);
      const stopped = this.container(agentId).stop({ t, ...callDeadline(t * 1_000) });
      await allowing([304, 404], stopped);
    }
    await this.remove(agentId);
    this.output.forget(agentId);
  }

  isClean(agentId: string): Promise<boolean> {
    return Promise.resolve(this.look.isClean(agentId));
  }

  async list(): Promise<FoundAgent[]> {
    this.listen();
    const filters = { label: labelFilter(this.owner) };
    const containers = await this.docker.listContainers({ all: true, filters, ...callDeadline() });
    const found = containers.flatMap(({ Labels, State }) => {
      const agent = agentOf(Labels);
      if (!agent) return [];
      const running = (State === 'running' || State === 'paused') && !this.ended.has(agent.agentId);
      if (running) this.running.add(agent.agentId);
      return [{ ...agent, running }];
    });
    const present = new Set(found.map((agent) => agent.agentId));
    for (const agentId of this.ended) if (!present.has(agentId)) this.ended.delete(agentId);
    return found;
  }

  async listenInside(agentId: string, port: number): Promise<Server> {
    const { Id } = await this.container(agentId).inspect(callDeadline());
    const first = firstProcessOf(Id);
    if (!first) throw notBeside();
    return listenInside(first, port);
  }

  async memoryOf(agentIds: readonly string[]): Promise<Map<string, number>> {
    const sizes = new Map<string, number>();
    for (const chunk of chunksOf(agentIds, MEASURED_AT_ONCE)) {
      const measured = await Promise.all(chunk.map((agentId) => memoryOf(this.container(agentId))));
      chunk.forEach((agentId, i) => measured[i] !== undefined && sizes.set(agentId, measured[i]));
    }
    return sizes;
  }

  async lastWords(agentId: string): Promise<LastWords> {
    const seen = await this.container(agentId)
      .inspect(callDeadline())
      .catch(() => undefined);
    // One that goes on has not said its last.
    if (!seen || seen.State.Running) return { how: undefined, output: '' };
    return { ...endOf(seen.State), output: await this.output.endOf(agentId) };
  }

  dataRoot(): Promise<string> {
    return dataRootOf(this.docker);
  }

  onExit(listener: (agentId: string) => void): () => void {
    this.listen();
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async makeOf({ id: poolId, image, digest, config }: PoolSpec): Promise<string | undefined> {
    try {
      return this.madeOf({ poolId, image, digest, config }, await this.images.find(image, digest));
    } catch (error) {
      if (error instanceof AgentStartError) return undefined;
      throw error;
    }
  }

  digestOf(image: string): Promise<string | undefined> {
    return this.images.digestOf(image);
  }

  pull(image: string, options: { digest?: string; always: boolean }): Promise<void> {
    return this.images.pull(image, options);
  }

  onImageChange(listener: () => void): () => void {
    this.listen();
    this.imageListeners.add(listener);
    return () => this.imageListeners.delete(listener);
  }

  /** Leaves the agents running. */
  async close(): Promise<void> {
    this.listeners.clear();
    this.imageListeners.clear();
    this.output.close();
    await Promise.all(this.events.map((events) => events.close()));
  }

  private async launch(agent: AgentStart, abort: AbortController, signal: AbortSignal): Promise<void> {
    const { agentId, directory } = agent;
    const deadlineMs = this.options.startDeadlineMs ?? START_DEADLINE_MS;
    const looking = setInterval(() => void this.watch(agentId, abort), LOOK_MS);
    try {
      const made = await this.create(agent);
      signal.throwIfAborted();
      // What the anchor runs says nothing by itself.
      if (agent.config.protocol === 'http') await this.output.listen(agentId, this.container(agentId));
      await this.container(agentId).start(callDeadline());
      this.running.add(agentId);
      await awaitHealthy(directory, { deadlineMs, signal });
      await closeToAgent(directory, agent.config.protocol === 'http');
      this.look.begin(agentId, made);
      abort.signal.throwIfAborted();
    } catch (error) {
      // Its removal will be told as its end.
      const reason: unknown = signal.aborted ? signal.reason : startError(error);
      this.running.delete(agentId);
      await this.remove(agentId).catch((cause: unknown) =>
        this.options.logger.error({ err: cause, agentId }, 'a container that did not start was not removed'),
      );
      const output = await this.output.endOf(agentId);
      this.output.forget(agentId);
      throw reason instanceof AgentStartError ? reason.withOutput(output) : reason;
    } finally {
      clearInterval(looking);
    }
  }

  /** The id of the container. Not aborted on the way: the engine would go on, and the container be there after it was removed. */
  private async create(agent: AgentStart): Promise<{ containerId: string; scratch: string[] }> {
    const image = await this.images.find(agent.image, agent.digest);
    if (agent.config.protocol === 'exec') await this.prepareExec(agent, image);
    await openToAgent(agent.directory);
    const body = this.bodyOf(agent, image);
    const Labels = { ...body.Labels, ...makeLabel(this.madeOf(agent, image)) };
    const { id } = await this.docker.createContainer({ ...body, Labels, ...callDeadline() });
    return { containerId: id, scratch: scratchOf(image) };
  }

  private bodyOf(agent: AgentStart, image: EngineImage) {
    const isExec = agent.config.protocol === 'exec';
    const anchor = isExec ? anchorPath(this.options.programDirectory) : undefined;
    return containerBody(agent, this.owner, image, anchor);
  }

  /** A hash of all that an agent's container is asked for, but for what is only this one's. */
  private madeOf(agent: Omit<AgentStart, 'agentId' | 'directory'>, image: EngineImage): string {
    const anybody = { ...agent, agentId: '', directory: '' };
    const made = JSON.stringify([image.id, this.bodyOf(anybody, image)]);
    return createHash('sha256').update(made).digest('hex').slice(0, 16);
  }

  private async prepareExec({ config }: AgentStart, { command }: EngineImage): Promise<void> {
    if (!config.command && command.length === 0)
      throw new AgentStartError('AGENT_START_FAILED', 'neither the pool nor the image names a command');
    await ensureAnchor(this.options.programDirectory);
  }

  private async watch(agentId: string, abort: AbortController): Promise<void> {
    const seen = await this.container(agentId)
      .inspect(callDeadline())
      .catch(() => undefined);
    if (seen?.State.Status === 'exited' || seen?.State.Status === 'dead') {
      abort.abort(endedError(String(seen.State.ExitCode)));
    }
  }

  private async remove(agentId: string): Promise<void> {
    const removed = this.container(agentId).remove({ force: true, v: true, ...callDeadline() });
    await allowing([404, 409], removed);
    const giveUpAt = performance.now() + REMOVAL_MS;
    while (await this.exists(agentId)) {
      if (performance.now() > giveUpAt) throw new Error(`container of ${agentId} was not removed`);
      await sleep(REMOVAL_POLL_MS);
    }
    this.ended.delete(agentId);
    this.look.forget(agentId);
  }

  private async exists(agentId: string): Promise<boolean> {
    try {
      await this.container(agentId).inspect(callDeadline());
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return false;
      throw error;
    }
  }

  private listen(): void {
    if (this.events.length > 0) return;
    const { docker, owner } = this;
    const { logger } = this.options;
    const exits = new EngineEvents({
      ...{ docker, logger },
      filters: { type: ['container'], event: ['die'], label: labelFilter(owner) },
      onEvent: (attributes) => {
        const agent = agentOf(attributes);
        if (agent) this.onEnd(agent.agentId, attributes.exitCode ?? 'unknown');
      },
      onOpen: () => this.tellMissed(),
    });
    const tellImages = () => this.imageListeners.forEach((listener) => listener());
    const images = new EngineEvents({
      ...{ docker, logger },
      filters: { type: ['image'] },
      onEvent: tellImages,
      onOpen: () => Promise.resolve(tellImages()),
    });
    this.events = [exits, images];
  }

  private onEnd(agentId: string, exitCode: string): void {
    this.running.delete(agentId);
    this.look.forget(agentId);
    this.ended.add(agentId);
    const start = this.starts.get(agentId);
    if (start) start.abort.abort(endedError(exitCode));
    else for (const listener of this.listeners) listener(agentId);
  }

  private async tellMissed(): Promise<void> {
    const before = [...this.running];
    const found = await this.list();
    const running = new Set(found.filter((agent) => agent.running).map((agent) => agent.agentId));
    for (const agentId of before) {
      if (!running.has(agentId) && this.running.has(agentId)) this.onEnd(agentId, 'unknown');
    }
  }

  private container(agentId: string): Docker.Container {
    return this.docker.getContainer(containerName(this.owner, agentId));
  }
}

/** How a container ended that does not run. */
function endOf({ OOMKilled: outOfMemory, ExitCode: exitCode }: { OOMKilled: boolean; ExitCode: number }) {
  const how = `ended with exit code ${exitCode}`;
  return { how: outOfMemory ? `${how}: it used more memory than it may` : how, exitCode, outOfMemory };
}

function endedError(exitCode: string): AgentStartError {
  return new AgentStartError('AGENT_START_FAILED', `the agent ended with exit code ${exitCode}`);
}

function startError(error: unknown): AgentStartError {
  if (error instanceof AgentStartError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (statusOf(error) === 404 && /no such image/i.test(message)) {
    return new AgentStartError('IMAGE_NOT_FOUND', message, { cause: error });
  }
  if (statusOf(error) === 404 && /network .*not found/i.test(message)) {
    return new AgentStartError('NETWORK_NOT_FOUND', message, { cause: error });
  }
  const code = isAway(error) ? 'ENGINE_AWAY' : 'AGENT_START_FAILED';
  return new AgentStartError(code, message, { cause: error });
}
