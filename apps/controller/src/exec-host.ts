import { ExecAgents, type ExecAgentsOptions } from '@agentainer/agent-exec';
import type { AgentStart, GatewayHost } from '@agentainer/pool';
import type { Service } from '@agentainer/runtime';

/** Serves agents that know nothing of the agent protocol (`protocol: exec`) in their place, beside their gateways. */
export class ExecHost implements GatewayHost, Service {
  readonly name = 'exec agents';
  private readonly agents: ExecAgents;

  constructor(
    private readonly gateway: GatewayHost,
    options: ExecAgentsOptions,
  ) {
    this.agents = new ExecAgents(options);
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return this.agents.closeAll();
  }

  async open(agent: AgentStart, isRunning?: boolean): Promise<void> {
    await this.gateway.open(agent, isRunning);
    if (agent.config.protocol === 'exec') await this.agents.open(agent);
  }

  withoutSecrets(agentId: string, text: string): Promise<string> {
    return this.gateway.withoutSecrets(agentId, text);
  }

  async close(agentId: string): Promise<void> {
    await this.agents.close(agentId);
    await this.gateway.close(agentId);
  }
}
