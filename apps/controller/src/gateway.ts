import { createServer, type Server } from 'node:http';
import { GATEWAY_SOCKET } from '@agentainer/contracts';
import type { AgentStart, GatewayHost } from '@agentainer/pool';
import type { Logger, Service } from '@agentainer/runtime';
import { closed, listenForAgent } from './agent-socket.js';
import { GatewayCalls, type Served } from './gateway-calls.js';

/** How long a whole request may take to arrive, in milliseconds. */
const REQUEST_MS = 10_000;
const MAX_HEADER_BYTES = 4_096;

type ServedAgent = Pick<AgentStart, 'agentId' | 'directory' | 'config'>;

/**
 * Serves each agent of this host a socket of its own in the agent's directory, through which it reaches the
 * state of the run whose task it runs, starts what its step may start, and tells it the secrets that its step names. An agent acts only for attempts that were given to this very agent
 * and whose token it was told.
 */
export class Gateway implements GatewayHost, Service {
  readonly name = 'gateway';
  private readonly servers = new Map<string, Promise<Server>>();
  private readonly calls = new Map<string, GatewayCalls>();
  private stopping: Promise<void> | undefined;

  constructor(
    private readonly served: Served,
    private readonly logger: Logger,
  ) {}

  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.stopping ??= Promise.all([...this.servers.keys()].map((id) => this.close(id))).then(() => undefined);
    return this.stopping;
  }

  async open(agent: ServedAgent): Promise<void> {
    const { agentId } = agent;
    if (this.stopping) throw new Error('the gateway has stopped');
    let server = this.servers.get(agentId);
    if (!server) {
      server = this.serve(agent);
      this.servers.set(agentId, server);
    }
    try {
      await server;
    } catch (error) {
      if (this.servers.get(agentId) === server) this.servers.delete(agentId);
      throw error;
    }
  }

  withoutSecrets(agentId: string, text: string): Promise<string> {
    return Promise.resolve(this.calls.get(agentId)?.redact(text) ?? text);
  }

  async close(agentId: string): Promise<void> {
    this.calls.delete(agentId);
    const opening = this.servers.get(agentId);
    if (!opening) return;
    this.servers.delete(agentId);
    const server = await opening.catch(() => undefined);
    if (server) await closed(server);
  }

  private async serve(agent: ServedAgent): Promise<Server> {
    const { agentId } = agent;
    const calls = new GatewayCalls(agentId, this.served, this.logger);
    this.calls.set(agentId, calls);
    const server = createServer(
      { maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
      (request, response) => {
        response.once('close', () => server.listening || server.closeIdleConnections());
        void calls.handle(request, response);
      },
    );
    // A connection that the agent keeps open must not end just as it sends its next call.
    server.keepAliveTimeout = 0;
    server.on('error', (err) => this.logger.error({ err, agentId }, 'a gateway failed'));
    await listenForAgent(server, agent, GATEWAY_SOCKET);
    return server;
  }
}
