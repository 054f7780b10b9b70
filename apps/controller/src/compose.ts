import { rmdir } from 'node:fs/promises';
import { AgentConnections } from '@agentainer/agent-client';
import { type AgentDriver, ImageWatch, Keeper } from '@agentainer/pool';
import {
  closing,
  type Logger,
  MetricsServer,
  type Registry,
  type Service,
  ServiceGroup,
} from '@agentainer/runtime';
import {
  Keys,
  type Redis,
  RedisAgentRegistry,
  RedisConnections,
  RedisImageBoard,
  RedisLeadership,
  RedisRunStore,
  RedisStateStore,
  RedisTaskLedger,
  redisVault,
} from '@agentainer/store-redis';
import { agentServices } from './agent-services.js';
import { alerting } from './alerting.js';
import { agentsDirectory } from './agents-directory.js';
import { agentDriver } from './agent-driver.js';
import type { ControllerConfig } from './config.js';
import type { Served } from './gateway-calls.js';
import { HostDisks } from './host-disks.js';
import { LinuxHostGauge } from './host-gauge.js';
import { PoolMetrics } from './pool-metrics.js';
import { dividing } from './dividing.js';
import { engineParts } from './engine-parts.js';
import { TaskSecrets } from './task-secrets.js';
import { sweeping } from './sweeping.js';

/** Wires the controller of one host: it starts and ends the agents there, and serves them their gateways. */
export async function composeController(
  config: ControllerConfig,
  { logger, metrics }: { logger: Logger; metrics: Registry },
): Promise<Service> {
  const { redisUrl, host } = config;
  const driver = await agentDriver(config, logger);
  const directory = await agentsDirectory(config, logger);
  const connected = new RedisConnections(config, logger);
  const redis = connected.open('worker');
  const requests = connected.open('request');
  const subscriber = connected.open('subscriber');
  const keys = new Keys(config.keyPrefix);
  const parts = engineParts({ redis, keys, redisUrl, logger });

  const leadership = new RedisLeadership({ redis, keys, task: `keeper-${host}`, logger });
  const served = { starts: parts.starts, ...recordsOf(requests, keys, config) };
  const beside = agentServices(served, driver, config, { logger, metrics });
  const probe = new AgentConnections();
  const images = new ImageWatch({
    board: new RedisImageBoard(redis, subscriber, keys, host),
    ...{ driver, leadership, logger },
  });
  const keeper = new Keeper({
    images,
    registry: new RedisAgentRegistry(redis, subscriber, keys, host),
    driver,
    gateway: beside.host,
    probe,
    leadership,
    observer: new PoolMetrics(metrics),
    agentsDirectory: directory,
    logger,
    ...limitsOf(config, driver, logger),
  });

  return new ServiceGroup('controller', [
    closing('connections', async () => {
      for (const closed of [probe, driver, parts.queue, connected]) await closed.close();
      // Agents that go on keep it.
      await rmdir(directory).catch(() => undefined);
    }),
    ...metricsServers(config, metrics, connected),
    connected.arrival(),
    leadership,
    images,
    ...beside.services,
    keeper,
    ...dividing({ redis, subscriber, keys, host, logger }),
    ...alerting(parts, { redis, keys, logger, metrics, settings: config.alerts }),
    ...sweeping(parts, { redis, keys, logger }),
  ]);
}

function metricsServers(
  { metricsPort: port }: ControllerConfig,
  registry: Registry,
  connected: RedisConnections,
): Service[] {
  return port === undefined ? [] : [new MetricsServer({ port, registry, fault: () => connected.fault })];
}

/** What the configuration says of agents and of the host that they are on. */
function limitsOf(config: ControllerConfig, driver: AgentDriver, logger: Logger) {
  const { permissions, keepAgents, pressure, dataDirectory, disks: further } = config;
  const disks = new HostDisks({ directories: [dataDirectory, ...further], driver, logger });
  return { permissions, keepAgents, pressure: { gauge: new LinuxHostGauge({ disks }), limits: pressure } };
}

/** What agents may ask the records for. */
function recordsOf(redis: Redis, keys: Keys, { secretsKey }: ControllerConfig): Omit<Served, 'starts'> {
  const vault = redisVault(redis, keys, secretsKey);
  const ledger = new RedisTaskLedger(redis, keys);
  return {
    state: new RedisStateStore(redis, keys),
    secrets: new TaskSecrets(new RedisRunStore(redis, keys), ledger, vault),
  };
}
