import { DueWaits, RunAdvancer, Sweeper } from '@agentainer/engine';
import { BullStepQueue } from '@agentainer/queue-bullmq';
import { closing, type Logger, PeriodicService, type Service } from '@agentainer/runtime';
import {
  type Keys,
  type Redis,
  RedisLeadership,
  RedisPoolDirectory,
  RedisRunStore,
  RedisTaskLedger,
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
  const advancer = new RunAdvancer(runs, queue, new RedisPoolDirectory(redis, keys));
  const sweeper = new Sweeper(runs, new RedisTaskLedger(redis, keys), queue, advancer);
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
