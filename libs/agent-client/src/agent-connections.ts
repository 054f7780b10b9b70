import type { AttemptRequest } from '@agentainer/engine';
import type { AgentProbe } from '@agentainer/pool';
import { AgentClient } from './agent-client.js';
import type { AgentAnswer } from './read-answer.js';
import type { LeaseClaim } from './task-body.js';

/** How many connections are kept at once; the one used longest ago makes room. */
const MAX_CLIENTS = 1_024;
/** How long an agent may take to say that it is well, in milliseconds. */
const PROBE_MS = 1_000;

export interface AgentConnectionsOptions {
  /** The longest result of a task, in bytes of JSON; 1 MiB where it is left out. */
  maxResultBytes?: number;
}

/** Connections to the agents of this host, kept open from one task and lease to the next. */
export class AgentConnections implements AgentProbe {
  /** By directory and slot, those used longest ago first. */
  private readonly clients = new Map<string, AgentClient>();

  constructor(private readonly options: AgentConnectionsOptions = {}) {}

  /** Runs one attempt on the agent in this directory, by this lease. Never throws. */
  async run(directory: string, lease: LeaseClaim, attempt: AttemptRequest): Promise<AgentAnswer> {
    const result = await this.client(directory, lease.slot).run(lease, attempt);
    if (result.kind === 'lost') this.drop(directory, lease.slot);
    return result;
  }

  /** @param slot over whose connection the agent is asked */
  async probe(directory: string, deadlineMs = PROBE_MS, slot = 0): Promise<boolean> {
    const healthy = await this.client(directory, slot).probe(deadlineMs);
    if (!healthy) this.drop(directory, slot);
    return healthy;
  }

  /** Gives up the connection of a slot; it closes when what runs on it has ended. */
  drop(directory: string, slot: number): void {
    this.dropClient(keyOf(directory, slot));
  }

  /** Ends what is under way and closes all connections. */
  async close(): Promise<void> {
    const clients = [...this.clients.values()];
    this.clients.clear();
    await Promise.all(clients.map((client) => client.destroy()));
  }

  private client(directory: string, slot: number): AgentClient {
    const key = keyOf(directory, slot);
    const client = this.clients.get(key) ?? new AgentClient(directory, this.options.maxResultBytes);
    this.clients.delete(key);
    this.clients.set(key, client);
    const [oldest] = this.clients.keys();
    if (this.clients.size > MAX_CLIENTS) this.dropClient(oldest!);
    return client;
  }

  private dropClient(key: string): void {
    const client = this.clients.get(key);
    this.clients.delete(key);
    void client?.close();
  }
}

function keyOf(directory: string, slot: number): string {
  return `${slot} ${directory}`;
}
