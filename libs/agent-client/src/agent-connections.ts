import type { AttemptRequest } from '@agentainer/engine';
import type { AgentProbe } from '@agentainer/pool';
import { AgentClient } from './agent-client.js';
import type { AgentAnswer } from './read-answer.js';
import type { LeaseClaim } from './task-body.js';

/** How many agents' connections are kept at once; the one used longest ago makes room. */
const MAX_CLIENTS = 256;
/** How long an agent may take to say that it is well, in milliseconds. */
const PROBE_MS = 1_000;

export interface AgentConnectionsOptions {
  /** The longest result of a task, in bytes of JSON; 1 MiB where it is left out. */
  maxResultBytes?: number;
}

/** Connections to the agents of this host, kept open from one task and lease to the next. */
export class AgentConnections implements AgentProbe {
  /** By directory, those used longest ago first. */
  private readonly clients = new Map<string, AgentClient>();

  constructor(private readonly options: AgentConnectionsOptions = {}) {}

  /** Runs one attempt on the agent in this directory, by this lease. Never throws. */
  async run(directory: string, lease: LeaseClaim, attempt: AttemptRequest): Promise<AgentAnswer> {
    const result = await this.client(directory).run(lease, attempt);
    if (result.kind === 'lost') this.drop(directory);
    return result;
  }

  async probe(directory: string, deadlineMs = PROBE_MS): Promise<boolean> {
    const healthy = await this.client(directory).probe(deadlineMs);
    if (!healthy) this.drop(directory);
    return healthy;
  }

  /** Forgets an agent that is gone; its connection closes when what runs on it has ended. */
  drop(directory: string): void {
    const client = this.clients.get(directory);
    this.clients.delete(directory);
    void client?.close();
  }

  /** Ends what is under way and closes all connections. */
  async close(): Promise<void> {
    const clients = [...this.clients.values()];
    this.clients.clear();
    await Promise.all(clients.map((client) => client.destroy()));
  }

  private client(directory: string): AgentClient {
    const client = this.clients.get(directory) ?? new AgentClient(directory, this.options.maxResultBytes);
    this.clients.delete(directory);
    this.clients.set(directory, client);
    const [oldest] = this.clients.keys();
    if (this.clients.size > MAX_CLIENTS) this.drop(oldest!);
    return client;
  }
}
