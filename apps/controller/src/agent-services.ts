import type { AgentDriver, GatewayHost } from '@agentainer/pool';
import type { Logger, Registry, Service } from '@agentainer/runtime';
import type { ControllerConfig } from './config.js';
import { EgressHost } from './egress/egress-host.js';
import { EgressMetrics } from './egress/egress-metrics.js';
import { ExecHost } from './exec-host.js';
import { Gateway } from './gateway.js';
import type { Served } from './gateway-calls.js';

/** All that this host serves in the directories of its agents, as one, and the services that do it. */
export function agentServices(
  served: Served,
  driver: AgentDriver,
  { egress: sockets = {}, egressAddresses: addresses, permissions, resultLimit }: ControllerConfig,
  { logger, metrics }: { logger: Logger; metrics: Registry },
): { host: GatewayHost; services: Service[] } {
  const gateway = new Gateway(served, logger);
  const counts = new EgressMetrics(metrics);
  const egress = new EgressHost({
    ...{ gateway, sockets, addresses, permitted: permissions.egress, logger },
    listenInside: (agentId, port) => driver.listenInside(agentId, port),
    onOutcome: (poolId, outcome) => counts.count(poolId, outcome),
  });
  const exec = new ExecHost(egress, {
    commands: driver.commands,
    isClean: (agentId) => driver.isClean(agentId),
    resultLimit,
  });
  return { host: exec, services: [gateway, egress, exec] };
}
