import { AgentConnections } from '@agentainer/agent-client';
import { newId } from '@agentainer/core';
import {
  type AllowedItems,
  ChildLane,
  ChildRuns,
  ChildStarter,
  DEFAULT_LANE_OPTIONS,
  ItemAccess,
  type ItemReader,
  Lane,
  LimitGate,
  LogBook,
  RegisteringQueue,
  RunAdvancer,
  RunStarter,
} from '@agentainer/engine';
import { Leaser } from '@agentainer/pool';
import { BullStepQueue } from '@agentainer/queue-bullmq';
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
  RedisLeaseStore,
  RedisLimitStore,
  RedisLogStore,
  RedisPoolDirectory,
  RedisRunStore,
  RedisStopSignals,
  RedisTaskLedger,
  RedisWorkerPlaces,
  RedisWorkflowStore,
  redisVault,
} from '@agentainer/store-redis';
import type { WorkerConfig } from './config.js';
import { OutsideItemReader } from './items/outside-item-reader.js';
import { LogMetrics } from './log-metrics.js';
import { PoolConsumers } from './pool-consumers.js';
import {
  advanceConsumers,
  childLaneConsumer,
  type ConsumerContext,
  itemsConsumer,
  laneConsumer,
} from './run-consumers.js';
import { SecretFilter } from './secret-filter.js';
import { WorkerAgents } from './worker-agents.js';
import { WorkerMetrics } from './worker-metrics.js';
import { WorkerPlace } from './worker-place.js';

/** How long the worker's end waits for what its last tasks printed, in milliseconds. */
const LOGS_DEADLINE_MS = 2_000;

/** Wires a worker: it takes lanes of all pools, leases agents of its host, and runs tasks on them. */
export function composeWorker(
  config: WorkerConfig,
  { logger, metrics }: { logger: Logger; metrics: Registry },
): Service {
  const { redisUrl, keyPrefix, host, maxParallel } = config;
  const connected = new RedisConnections(config, logger);
  const redis = connected.open('worker');
  const subscriber = connected.open('subscriber');
  const keys = new Keys(keyPrefix);
  const queue = new BullStepQueue(redisUrl, keyPrefix);
  const { runs, ledger, advancerWith, advancer, children } = engineParts({ redis, keys, queue, logger });
  const workerId = newId('worker');
  const store = new RedisLeaseStore(redis, subscriber, keys, host, workerId);
  const leaser = new Leaser({ store, logger });
  const connections = new AgentConnections({ maxResultBytes: config.resultLimit });
  const secrets = new SecretFilter(redisVault(redis, keys, config.secretsKey));
  const agents = new WorkerAgents(leaser, connections, secrets, new WorkerMetrics(metrics));
  const logs = logBook(new RedisLogStore(redis, keys, config.logs.runBytes), config, metrics);
  const stops = new RedisStopSignals(subscriber, keys);
  const limits = new RedisLimitStore(redis, keys);
  const gate = new LimitGate(runs, limits, queue, { maxParallel });
  const lane = new Lane({ runs, ledger, stops, agents, advancer, gate, logs }, DEFAULT_LANE_OPTIONS);
  const context = { redisUrl, keyPrefix, logger };
  const registry = new RedisAgentRegistry(redis, subscriber, keys, host);
  const place = new WorkerPlace(new RedisWorkerPlaces(redis, keys, host), workerId, logger);
  return new ServiceGroup('worker', [
    closing('connections', async () => {
      await connections.close();
      await queue.close();
      connected.close();
    }),
    closing('logs', () => logs.settled(LOGS_DEADLINE_MS)),
    ...metricsServers(config, metrics, () => connected.fault),
    connected.arrival(),
    announcement(limits, maxParallel),
    leaser,
    place,
    ...advanceConsumers(context, advancer),
    childLaneConsumer(context, new ChildLane(runs, ledger, children, advancer)),
    itemsReader(context, advancerWith, config.items),
    takingLanes(context, lane, registry, place),
  ]);
}

/** What a worker has of the engine: it brings runs forward, and starts child runs. */
function engineParts({ redis, keys, queue, logger }: EngineContext) {
  const runs = new RedisRunStore(redis, keys);
  const pools = new RedisPoolDirectory(redis, keys);
  const lanes = new RegisteringQueue(queue, pools);
  const ledger = new RedisTaskLedger(redis, keys);
  const childRuns = new ChildRuns(runs, ledger, lanes);
  const advancerWith = (items?: ItemReader) => new RunAdvancer(runs, lanes, childRuns, items);
  const advancer = advancerWith();
  const starter = new RunStarter(runs, advancer, pools, logger);
  const workflows = new RedisWorkflowStore(redis, keys);
  const children = new ChildStarter(runs, ledger, workflows, starter, advancer);
  return { runs, ledger, advancerWith, advancer, children };
}

interface EngineContext {
  redis: Redis;
  keys: Keys;
  queue: BullStepQueue;
  logger: Logger;
}

/** What takes lanes of all pools, as far as the worker's place allows. */
function takingLanes(
  context: ConsumerContext,
  lane: Lane,
  registry: RedisAgentRegistry,
  place: WorkerPlace,
): Service {
  return new PoolConsumers({
    pools: () => registry.pools(),
    onDemand: (listener) => registry.onDemand(listener),
    lanes: (pools) => place.lanes(pools),
    consume: (pool, lanes) => laneConsumer(context, pool, lane, lanes),
    logger: context.logger,
  });
}

function metricsServers(
  { metricsPort: port }: WorkerConfig,
  registry: Registry,
  fault: () => string | undefined,
): Service[] {
  return port === undefined ? [] : [new MetricsServer({ port, registry, fault })];
}

function logBook(store: RedisLogStore, { logs }: WorkerConfig, metrics: Registry): LogBook {
  return new LogBook({ store, attemptBytes: logs.attemptBytes, observer: new LogMetrics(metrics) });
}

/** What opens steps whose items are outside, from where they may be read. */
function itemsReader(
  context: ConsumerContext,
  advancerWith: (items: ItemReader) => RunAdvancer,
  allowed: AllowedItems,
): Service {
  const access = new ItemAccess(allowed);
  return itemsConsumer(context, (stop) => advancerWith(new OutsideItemReader(access, stop)));
}

/** People can read from Redis what the instance's limit is. */
function announcement(limits: RedisLimitStore, maxParallel: number): Service {
  return {
    name: 'announcement of the limit',
    start: () => limits.announceGlobal(maxParallel),
    stop: () => Promise.resolve(),
  };
}
