import type { AgentDriver, GatewayHost } from '@agentainer/pool';
import type { Logger, Service } from '@agentainer/runtime';
import type { ControllerConfig } from './config.js';
import { EgressHost } from './egress-sockets.js';
import { ExecHost } from './exec-host.js';
import { Gateway } from './gateway.js';
import type { Served } from './gateway-calls.js';

/** All that this host serves in the directories of its agents, as one, and the services that do it. */
export function agentServices(
  served: Served,
  driver: AgentDriver,
  { egress: sockets = {}, resultLimit }: ControllerConfig,
  logger: Logger,
): { host: GatewayHost; services: Service[] } {
  const gateway = new Gateway(served, logger);
  const egress = new EgressHost(gateway, sockets);
  const exec = new ExecHost(egress, {
    commands: driver.commands,
    isClean: (agentId) => driver.isClean(agentId),
    resultLimit,
  });
  return { host: exec, services: [gateway, egress, exec] };
}
