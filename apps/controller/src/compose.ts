import { rmdir } from 'node:fs/promises';
import { AgentConnections } from '@agentainer/agent-client';
import { Keeper } from '@agentainer/pool';
import {
  closing,
  type Logger,
  MetricsServer,
  type Registry,
  type Service,
  ServiceGroup,
} from '@agentainer/runtime';
import {
  connectRedis,
  Keys,
  RedisAgentRegistry,
  RedisLeadership,
  RedisRunStore,
  RedisStateStore,
  RedisTaskLedger,
  redisVault,
} from '@agentainer/store-redis';
import { agentsDirectory } from './agents-directory.js';
import { agentDriver } from './agent-driver.js';
import type { ControllerConfig } from './config.js';
import { EgressHost } from './egress-sockets.js';
import { Gateway } from './gateway.js';
import { PoolMetrics } from './pool-metrics.js';
import { engineParts } from './engine-parts.js';
import { TaskSecrets } from './task-secrets.js';
import { sweeping } from './sweeping.js';

/** Wires the controller of one host: it starts and ends the agents there, and serves them their gateways. */
export async function composeController(
  config: ControllerConfig,
  { logger, metrics }: { logger: Logger; metrics: Registry },
): Promise<Service> {
  const { redisUrl, host, metricsPort } = config;
  const driver = await agentDriver(config, logger);
  const directory = await agentsDirectory(config, logger);
  const redis = await connectRedis(redisUrl, 'worker');
  const requests = await connectRedis(redisUrl, 'request');
  const subscriber = await connectRedis(redisUrl, 'subscriber');
  const keys = new Keys(config.keyPrefix);
  const parts = engineParts({ redis, keys, redisUrl, logger });

  const leadership = new RedisLeadership({ redis, keys, task: `keeper-${host}`, logger });
  const runs = new RedisRunStore(requests, keys);
  const vault = redisVault(requests, keys, config.secretsKey);
  const served = {
    state: new RedisStateStore(requests, keys),
    starts: parts.starts,
    secrets: new TaskSecrets(runs, new RedisTaskLedger(requests, keys), vault),
  };
  const gateway = new Gateway(served, logger);
  const egress = new EgressHost(gateway, config.egress ?? {});
  const probe = new AgentConnections();
  const keeper = new Keeper({
    registry: new RedisAgentRegistry(redis, subscriber, keys, host),
    driver,
    gateway: egress,
    probe,
    leadership,
    observer: new PoolMetrics(metrics),
    agentsDirectory: directory,
    logger,
    keepAgents: config.keepAgents,
  });

  return new ServiceGroup('controller', [
    closing('connections', async () => {
      await probe.close();
      await driver.close();
      for (const connection of [redis, requests, subscriber]) connection.disconnect();
      // Agents that go on keep it.
      await rmdir(directory).catch(() => undefined);
    }),
    ...(metricsPort === undefined ? [] : [new MetricsServer({ port: metricsPort, registry: metrics })]),
    leadership,
    gateway,
    egress,
    keeper,
    ...sweeping(parts, { redis, keys, logger }),
  ]);
}
