import { mkdir, stat } from 'node:fs/promises';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { EGRESS_DIRECTORY, EGRESS_PROXY, EGRESS_PROXY_PORT } from '@agentainer/contracts/agent-paths';
import { EGRESS_NETWORK, type EgressPattern, parseEgressPattern } from '@agentainer/core';
import type { AgentStart, GatewayHost } from '@agentainer/pool';
import type { Logger, Service } from '@agentainer/runtime';
import { listenForAgent } from '../agent-socket.js';
import { EgressGate } from './egress-gate.js';
import { type EgressOutcome, EgressProxy } from './egress-proxy.js';
import type { EgressSockets } from './egress-sockets.js';
import { ReachableAddresses } from './reachable-addresses.js';
import { Relay } from './relay.js';

export interface EgressHostOptions {
  gateway: GatewayHost;
  /** Services that all agents of this host may reach. */
  sockets: EgressSockets;
  /** Patterns of the hosts that pools may list. */
  permitted: readonly string[];
  /** Blocks of addresses that are not public, and may be reached all the same. */
  addresses: readonly string[];
  /** A server that listens at a port of an agent's own loopback. */
  listenInside(agentId: string, port: number): Promise<Server>;
  onOutcome: (poolId: string, outcome: EgressOutcome) => void;
  logger: Logger;
}

interface Way {
  server: Server;
  close(): Promise<void>;
}

/**
 * Gives each agent, besides its gateway, its ways out, as sockets in `egress/` of its directory: to the services that the
 * operator of this host chose, and to a proxy where its pool lists hosts. An agent without a network reaches nothing else.
 */
export class EgressHost implements GatewayHost, Service {
  readonly name = 'egress';
  private readonly ways = new Map<string, Way[]>();
  /** Agents that have a proxy at a port of their own. */
  private readonly inside = new Set<string>();
  private readonly permitted: EgressPattern[];
  private readonly reachable: ReachableAddresses;

  constructor(private readonly options: EgressHostOptions) {
    this.permitted = options.permitted.map((text) => parseEgressPattern(text)!);
    this.reachable = new ReachableAddresses(options.addresses);
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.ways.keys()].map((agentId) => this.closeWays(agentId)));
  }

  /** @throws where a socket does not exist */
  async open(agent: AgentStart, isRunning = false): Promise<void> {
    await this.options.gateway.open(agent);
    const { agentId, config } = agent;
    if (!this.ways.has(agentId)) await this.openSockets(agent);
    // In the container of a command nobody leads to a socket in a directory.
    const isInside = config.network === EGRESS_NETWORK && config.protocol === 'exec';
    if (isInside && isRunning && !this.inside.has(agentId)) await this.openInside(agent);
  }

  withoutSecrets(agentId: string, text: string): Promise<string> {
    return this.options.gateway.withoutSecrets(agentId, text);
  }

  async close(agentId: string): Promise<void> {
    await Promise.all([this.options.gateway.close(agentId), this.closeWays(agentId)]);
  }

  private async openSockets(agent: AgentStart): Promise<void> {
    const { agentId, directory, config } = agent;
    const ways: Way[] = [];
    this.ways.set(agentId, ways);
    const add = async (way: Way, file: string) => {
      await listenForAgent(way.server, agent, join(EGRESS_DIRECTORY, file));
      ways.push(way);
    };
    try {
      await mkdir(join(directory, EGRESS_DIRECTORY), { recursive: true });
      for (const [name, socketPath] of Object.entries(this.options.sockets)) {
        await stat(socketPath);
        await add(new Relay(socketPath), `${name}.sock`);
      }
      if (config.network === EGRESS_NETWORK && config.protocol === 'http')
        await add(this.proxyFor(agent), EGRESS_PROXY);
    } catch (error) {
      await this.closeWays(agentId);
      throw error;
    }
  }

  private async openInside(agent: AgentStart): Promise<void> {
    const { agentId } = agent;
    this.inside.add(agentId);
    try {
      const listening = await this.options.listenInside(agentId, EGRESS_PROXY_PORT);
      const proxy = this.proxyFor(agent);
      proxy.server.listen(listening);
      // It may have ended meanwhile.
      const ways = this.ways.get(agentId);
      if (ways) ways.push(proxy);
      else await proxy.close();
    } catch (error) {
      this.inside.delete(agentId);
      throw error;
    }
  }

  /** What the pool lists was permitted when the agent was started; the operator may have changed that since. */
  private proxyFor({ agentId, poolId, config }: AgentStart): EgressProxy {
    const { logger, onOutcome } = this.options;
    const listed = (config.egress ?? []).map((text) => parseEgressPattern(text)!);
    const gate = new EgressGate([listed, this.permitted], this.reachable);
    return new EgressProxy(gate, (outcome, reason) => {
      onOutcome(poolId, outcome);
      if (outcome !== 'allowed')
        logger.debug({ agentId, poolId, outcome, reason }, 'a way out was not given');
    });
  }

  private async closeWays(agentId: string): Promise<void> {
    const ways = this.ways.get(agentId) ?? [];
    this.ways.delete(agentId);
    this.inside.delete(agentId);
    await Promise.all(ways.map((way) => way.close()));
  }
}
