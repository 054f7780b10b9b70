import { ChildStarter, DueWaits, Sweeper } from '@agentainer/engine';
import { PoolRetention } from '@agentainer/pool';
import { type Logger, PeriodicService, type Service } from '@agentainer/runtime';
import { type Keys, type Redis, RedisLeadership } from '@agentainer/store-redis';
import type { EngineParts } from './engine-parts.js';

/** Milliseconds between two sweeps. */
const INTERVAL_MS = 1_000;
/** Milliseconds between two looks at waits that end by time. */
const BELL_MS = 300;
/** Milliseconds between two looks for pools that nobody needs any more. */
const RETENTION_MS = 60_000;

export interface SweepingOptions {
  redis: Redis;
  keys: Keys;
  logger: Logger;
}

/** The sweeper: every controller has one, and the one that leads sweeps. */
export function sweeping(parts: EngineParts, { redis, keys, logger }: SweepingOptions): Service[] {
  const { runs, queue, lanes, pools, ledger, workflows, starter, advancer } = parts;
  const children = new ChildStarter(runs, ledger, workflows, starter, advancer);
  const sweeper = new Sweeper(runs, ledger, lanes, advancer, children);
  const leadership = new RedisLeadership({ redis, keys, task: 'sweeper', logger });
  const loop = new PeriodicService({ name: 'sweeper', intervalMs: INTERVAL_MS, logger }, async (signal) => {
    if (leadership.held) await sweeper.sweep(signal);
  });
  const dueWaits = new DueWaits(runs, advancer);
  const bell = new PeriodicService({ name: 'due waits', intervalMs: BELL_MS, logger }, async (signal) => {
    if (leadership.held) await dueWaits.ring(signal);
  });
  const retention = new PoolRetention(pools, queue);
  const forgetting = new PeriodicService(
    { name: 'retention of pools', intervalMs: RETENTION_MS, logger },
    async (signal) => {
      if (!leadership.held) return;
      for (const poolId of await retention.run(signal)) logger.info({ poolId }, 'a pool is forgotten');
    },
  );
  return [leadership, loop, bell, forgetting];
}
