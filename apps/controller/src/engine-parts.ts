import { ChildRuns, RegisteringQueue, RunAdvancer, RunStarter, TaskStarts } from '@agentainer/engine';
import { BullStepQueue } from '@agentainer/queue-bullmq';
import type { Logger } from '@agentainer/runtime';
import {
  type Keys,
  type Redis,
  RedisPoolDirectory,
  RedisRunStore,
  RedisStartStore,
  RedisTaskLedger,
  RedisWorkflowStore,
} from '@agentainer/store-redis';

export interface EngineContext {
  redis: Redis;
  keys: Keys;
  redisUrl: string;
  logger: Logger;
}

/** What a controller has of the engine: it brings runs forward, and starts those that agents ask for. */
export function engineParts({ redis, keys, redisUrl, logger }: EngineContext) {
  const runs = new RedisRunStore(redis, keys);
  const queue = new BullStepQueue(redisUrl, keys.prefix);
  const ledger = new RedisTaskLedger(redis, keys);
  const workflows = new RedisWorkflowStore(redis, keys);
  const pools = new RedisPoolDirectory(redis, keys);
  const lanes = new RegisteringQueue(queue, pools);
  const advancer = new RunAdvancer(runs, lanes, new ChildRuns(runs, ledger, lanes));
  const starter = new RunStarter(runs, advancer, pools, logger);
  const starts = new TaskStarts(runs, workflows, new RedisStartStore(redis, keys), starter);
  return { runs, queue, lanes, pools, ledger, workflows, advancer, starter, starts };
}
export type EngineParts = ReturnType<typeof engineParts>;
