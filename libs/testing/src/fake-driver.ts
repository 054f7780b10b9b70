import type { PoolSpec } from '@agentainer/core';
import {
  type AgentDriver,
  type AgentStart,
  AgentStartError,
  type CommandRunner,
  type FoundAgent,
  type LastWords,
} from '@agentainer/pool';

const USUAL_BYTES = 2_000_000;

/** Runs no agents at all, but keeps the driver's promises about them. */
export class FakeDriver implements AgentDriver {
  readonly kind = 'process';
  /** Every command ends well, and says nothing. */
  commands: CommandRunner = { run: () => Promise.resolve(0), signal: () => Promise.resolve(false) };
  readonly stopped: string[] = [];
  /** The time that each of them was given to end, in milliseconds. */
  readonly graces: number[] = [];
  /** The most agents there ever were at once, and the most that were starting. */
  most = 0;
  mostStarting = 0;
  /** What a start waits for, and what it fails with. */
  onStart: (agent: AgentStart, signal: AbortSignal) => Promise<void> = () => Promise.resolve();
  onPull: (image: string) => Promise<void> = () => Promise.resolve();
  readonly pulled: { image: string; digest?: string; always: boolean }[] = [];
  onStop: (agentId: string) => Promise<void> = () => Promise.resolve();
  /** Bytes that agents use; the usual where a test does not say. */
  readonly memory = new Map<string, number>();
  /** What a look at an agent from outside finds. */
  onLook: (agentId: string) => Promise<boolean> = () => Promise.resolve(true);
  /** How agents ended, and what they printed. */
  readonly words = new Map<string, LastWords>();
  private readonly starts = new Map<string, AbortController>();
  /** What agents are made of from now on. */
  make = 'made-1';
  private readonly images = new Map<string, string>();
  private readonly imageListeners = new Set<() => void>();
  private readonly listeners = new Set<(agentId: string) => void>();

  /** @param agents what the engine has. A test may add agents that nobody started, or take some away. */
  constructor(readonly agents = new Map<string, FoundAgent>()) {}

  async start(agent: AgentStart, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { agentId, poolId } = agent;
    const stopped = new AbortController();
    this.starts.set(agentId, stopped);
    this.mostStarting = Math.max(this.mostStarting, this.starts.size);
    this.agents.set(agentId, { agentId, poolId, running: true, make: `${agent.image} ${this.make}` });
    this.most = Math.max(this.most, this.agents.size);
    try {
      const ended = AbortSignal.any([signal, stopped.signal]);
      await Promise.race([this.onStart(agent, ended), aborted(ended)]);
    } catch (error) {
      this.agents.delete(agentId);
      throw error;
    } finally {
      this.starts.delete(agentId);
    }
  }

  async stop(agentId: string, graceMs: number): Promise<void> {
    await this.onStop(agentId);
    this.words.delete(agentId);
    this.stopped.push(agentId);
    this.graces.push(graceMs);
    const start = this.starts.get(agentId);
    start?.abort(new AgentStartError('AGENT_START_FAILED', 'was ended while it started'));
    if (this.agents.delete(agentId) && !start) this.tell(agentId);
  }

  isClean(agentId: string): Promise<boolean> {
    return this.onLook(agentId);
  }

  listenInside(): Promise<never> {
    return Promise.reject(new AgentStartError('AGENT_REFUSED', 'agents that do not exist have no network'));
  }

  list(): Promise<FoundAgent[]> {
    return Promise.resolve([...this.agents.values()]);
  }

  memoryOf(agentIds: readonly string[]): Promise<Map<string, number>> {
    const running = agentIds.filter((agentId) => this.agents.has(agentId));
    return Promise.resolve(
      new Map(running.map((agentId) => [agentId, this.memory.get(agentId) ?? USUAL_BYTES])),
    );
  }

  lastWords(agentId: string): Promise<LastWords> {
    return Promise.resolve(this.words.get(agentId) ?? { how: undefined, output: '' });
  }

  onExit(listener: (agentId: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  makeOf({ image }: PoolSpec): Promise<string> {
    return Promise.resolve(`${image} ${this.make}`);
  }

  digestOf(image: string): Promise<string | undefined> {
    return Promise.resolve(this.images.get(image));
  }

  pull(image: string, options: { digest?: string; always: boolean }): Promise<void> {
    this.pulled.push({ image, ...options });
    return this.onPull(image);
  }

  onImageChange(listener: () => void): () => void {
    this.imageListeners.add(listener);
    return () => this.imageListeners.delete(listener);
  }

  /** A name comes to stand for another image. */
  tag(image: string, digest: string): void {
    this.images.set(image, digest);
    for (const listener of this.imageListeners) listener();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** An agent ends by itself; `quietly` so that the engine tells nobody. */
  kill(agentId: string, { quietly = false } = {}): void {
    this.agents.delete(agentId);
    if (!quietly) this.tell(agentId);
  }

  private tell(agentId: string): void {
    for (const listener of this.listeners) listener(agentId);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(signal.reason as Error);
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
