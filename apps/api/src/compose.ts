import {
  ChildRuns,
  ItemAccess,
  Redriver,
  RegisteringQueue,
  Rerunner,
  RunAdmission,
  RunAdvancer,
  RunControl,
  RunStarter,
  StepChanger,
  WaitingRuns,
} from '@agentainer/engine';
import { PoolControl, type PoolReader } from '@agentainer/pool';
import {
  BullStepQueue,
  CHILDREN_QUEUE,
  ITEMS_QUEUE,
  poolQueue,
  RUNS_QUEUE,
  STEPS_QUEUE,
} from '@agentainer/queue-bullmq';
import { closing, type Logger, type Registry, type Service, ServiceGroup } from '@agentainer/runtime';
import {
  ApiKeyStore,
  IdempotencyStore,
  Keys,
  type Redis,
  RedisConnections,
  RedisAlertStore,
  RedisLimitStore,
  RedisHostDirectory,
  RedisLogStore,
  RedisPoolDirectory,
  RedisPoolOutlook,
  RedisRunStore,
  RedisStateStore,
  RedisTaskLedger,
  RedisWorkflowStore,
  redisVault,
} from '@agentainer/store-redis';
import { createApp } from './app.js';
import type { BoardQueue } from './board/board.js';
import type { ApiConfig } from './config.js';
import { Followers } from './http/followers.js';
import { measureExhaustion } from './exhaustion-metrics.js';
import { HttpServer } from './http-server.js';
import { measureLimits } from './limit-metrics.js';
import { measureQueues } from './queue-metrics.js';
import type { Parts } from './parts.js';
import { allRoutes } from './routes/routes.js';

/** The API, and where it listens once it has started. */
export interface ApiService extends Service {
  readonly address: string;
}

/** Wires the API to Redis. It listens before Redis is there, and answers as where Redis goes away later. */
export function composeApi(
  config: ApiConfig,
  { logger, metrics }: { logger: Logger; metrics: Registry },
): ApiService {
  const store = new RedisConnections(config, logger);
  const redis = store.open('request');
  const keys = new Keys(config.keyPrefix);
  const queue = new BullStepQueue(config.redisUrl, config.keyPrefix);
  const parts = partsOf(config, { redis, keys, queue, logger, metrics });
  const app = createApp(allRoutes(parts, logger), {
    keys: new ApiKeyStore(redis, keys),
    idempotency: new IdempotencyStore(redis, keys),
    logger,
    metrics,
    bodyLimit: config.bodyLimit,
  });
  const server = new HttpServer(app, { host: config.bind, port: config.port });
  const connections = closing('connections', async () => {
    store.close();
    await queue.close();
  });
  return new Api(server, new ServiceGroup('api', [connections, server, store.arrival(), parts.followers]));
}

interface Means {
  redis: Redis;
  keys: Keys;
  queue: BullStepQueue;
  logger: Logger;
  metrics: Registry;
}

function partsOf(config: ApiConfig, { redis, keys, queue, logger, metrics }: Means): Parts {
  const runs = new RedisRunStore(redis, keys);
  const pools = new RedisPoolDirectory(redis, keys);
  const workflows = new RedisWorkflowStore(redis, keys);
  const lanes = new RegisteringQueue(queue, pools);
  const children = new ChildRuns(runs, new RedisTaskLedger(redis, keys), lanes);
  const advancer = new RunAdvancer(runs, lanes, children);
  const admission = new RunAdmission(runs, config.maxActiveRuns);
  const limits = new RedisLimitStore(redis, keys);
  const alerts = new RedisAlertStore(redis, keys);
  measure(metrics, { limits, queue, pools, alerts });
  const starter = new RunStarter(runs, advancer, pools, logger, admission);
  const rerunner = new Rerunner(runs, starter, advancer);
  return {
    workflows,
    runs,
    starter,
    rerunner,
    redriver: new Redriver(runs, rerunner),
    control: new RunControl(runs, workflows, lanes, advancer),
    steps: new StepChanger(runs, lanes, advancer),
    state: new RedisStateStore(redis, keys),
    waits: new WaitingRuns(runs, advancer, logger),
    secrets: redisVault(redis, keys, config.secretsKey),
    logs: new RedisLogStore(redis, keys),
    followers: new Followers(metrics),
    pools: new PoolControl(pools),
    outlook: new RedisPoolOutlook(redis, keys),
    hosts: new RedisHostDirectory(redis, keys),
    alerts,
    limits,
    metrics,
    permissions: config.permissions,
    items: new ItemAccess(config.items),
    queues: () => boardQueues(queue, pools),
    ping: () => redis.ping(),
  };
}

interface Measured {
  limits: RedisLimitStore;
  queue: BullStepQueue;
  pools: RedisPoolDirectory;
  alerts: RedisAlertStore;
}

function measure(metrics: Registry, { limits, queue, pools, alerts }: Measured): void {
  measureLimits(metrics, () => limits.standings());
  measureQueues(metrics, () => queueDepths(queue, pools));
  measureExhaustion(metrics, { ids: () => pools.ids(), exhausted: () => alerts.exhausted() });
}

async function boardQueues(queue: BullStepQueue, pools: PoolReader): Promise<BoardQueue[]> {
  const ids = new Set((await pools.list()).map((pool) => pool.id));
  const known = [RUNS_QUEUE, STEPS_QUEUE, CHILDREN_QUEUE, ITEMS_QUEUE];
  return [...known, ...[...ids].sort().map(poolQueue)].map((name) => queue.queue(name));
}

async function queueDepths(queue: BullStepQueue, pools: RedisPoolDirectory): Promise<Map<string, number>> {
  const ids = await pools.ids();
  const depths = await Promise.all(ids.map((id) => queue.depth(id)));
  return new Map(ids.map((id, i) => [id, depths[i]!]));
}

class Api implements ApiService {
  readonly name = 'api';

  constructor(
    private readonly server: HttpServer,
    private readonly group: ServiceGroup,
  ) {}

  get address(): string {
    return this.server.address;
  }

  start(stopping?: AbortSignal): Promise<void> {
    return this.group.start(stopping);
  }

  stop(): Promise<void> {
    return this.group.stop();
  }
}
