import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EGRESS_DIRECTORY } from '@agentainer/contracts/agent-paths';
import type { AgentStart, GatewayHost } from '@agentainer/pool';
import type { Service } from '@agentainer/runtime';
import { listenForAgent } from './agent-socket.js';
import { Relay } from './relay.js';

/** Services of this host that its agents may reach: names, and the paths of the Unix sockets they listen on. */
export type EgressSockets = Readonly<Record<string, string>>;

/**
 * Gives each agent, besides its gateway, the egress sockets that the operator of this host chose: `egress/<name>.sock` in
 * the agent's directory leads to the service. An agent without a network reaches exactly these services.
 */
export class EgressHost implements GatewayHost, Service {
  readonly name = 'egress';
  private readonly relays = new Map<string, Relay[]>();

  constructor(
    private readonly gateway: GatewayHost,
    private readonly sockets: EgressSockets,
  ) {}

  start(): Promise<void> {
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.relays.keys()].map((agentId) => this.closeRelays(agentId)));
  }

  /** @throws where a socket does not exist */
  async open(agent: AgentStart): Promise<void> {
    await this.gateway.open(agent);
    const { agentId, directory } = agent;
    if (this.relays.has(agentId)) return;
    const relays: Relay[] = [];
    this.relays.set(agentId, relays);
    try {
      await mkdir(join(directory, EGRESS_DIRECTORY), { recursive: true });
      for (const [name, socketPath] of Object.entries(this.sockets)) {
        await stat(socketPath);
        const relay = new Relay(socketPath);
        await listenForAgent(relay.server, directory, join(EGRESS_DIRECTORY, `${name}.sock`));
        relays.push(relay);
      }
    } catch (error) {
      await this.closeRelays(agentId);
      throw error;
    }
  }

  async close(agentId: string): Promise<void> {
    await Promise.all([this.gateway.close(agentId), this.closeRelays(agentId)]);
  }

  private async closeRelays(agentId: string): Promise<void> {
    const relays = this.relays.get(agentId) ?? [];
    this.relays.delete(agentId);
    await Promise.all(relays.map((relay) => relay.close()));
  }
}

const NAME = /^[a-z0-9][a-z0-9-]{0,30}$/;

/** `texts=/run/texts.sock,models=/run/models.sock`; undefined where the text is not of that form. */
export function parseEgressSockets(text: string): EgressSockets | undefined {
  const entries = text.split(',').map((part) => /^([^=]+)=(\/.*)$/.exec(part.trim())?.slice(1) ?? []);
  const isValid = entries.every(
    ([name, path]) => name !== undefined && path !== undefined && NAME.test(name),
  );
  return isValid ? (Object.fromEntries(entries) as EgressSockets) : undefined;
}
