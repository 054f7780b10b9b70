import { ChildRuns, ChildStarter, DueWaits, RunAdvancer, RunStarter, Sweeper } from '@agentainer/engine';
import { BullStepQueue } from '@agentainer/queue-bullmq';
import { closing, type Logger, PeriodicService, type Service } from '@agentainer/runtime';
import {
  type Keys,
  type Redis,
  RedisLeadership,
  RedisPoolDirectory,
  RedisRunStore,
  RedisTaskLedger,
  RedisWorkflowStore,
} from '@agentainer/store-redis';

/** Milliseconds between two sweeps. */
const INTERVAL_MS = 1_000;
/** Milliseconds between two looks at waits that end by time. */
const BELL_MS = 300;

export interface SweepingOptions {
  redis: Redis;
  keys: Keys;
  redisUrl: string;
  logger: Logger;
}

/** The sweeper: every controller has one, and the one that leads sweeps. */
export function sweeping({ redis, keys, redisUrl, logger }: SweepingOptions): Service[] {
  const runs = new RedisRunStore(redis, keys);
  const queue = new BullStepQueue(redisUrl, keys.prefix);
  const ledger = new RedisTaskLedger(redis, keys);
  const pools = new RedisPoolDirectory(redis, keys);
  const advancer = new RunAdvancer(runs, queue, pools, new ChildRuns(runs, ledger, queue));
  const starter = new RunStarter(runs, advancer, pools, logger);
  const workflows = new RedisWorkflowStore(redis, keys);
  const children = new ChildStarter(runs, ledger, workflows, starter, advancer);
  const sweeper = new Sweeper(runs, ledger, queue, advancer, children);
  const leadership = new RedisLeadership({ redis, keys, task: 'sweeper', logger });
  const loop = new PeriodicService({ name: 'sweeper', intervalMs: INTERVAL_MS, logger }, async (signal) => {
    if (leadership.held) await sweeper.sweep(signal);
  });
  const dueWaits = new DueWaits(runs, advancer);
  const bell = new PeriodicService({ name: 'due waits', intervalMs: BELL_MS, logger }, async (signal) => {
    if (leadership.held) await dueWaits.ring(signal);
  });
  return [closing('queues of the sweeper', () => queue.close()), leadership, loop, bell];
}
