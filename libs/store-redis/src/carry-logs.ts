import type { Redis } from 'ioredis';
import type { Keys } from './keys.js';
import { logCost } from './scripts/log-append.js';

/** Chunks read, and written, at once: bounds how long Redis is held. */
const AT_ONCE = 50;

/** Whether the logs of a task are taken over. */
export type LogFilter = (step: string, index: string) => boolean;

/**
 * Copies the logs of tasks that a rerun takes over, under names with `suffix` behind them, which expire unless they are renamed. The
 * names without it; none where there is nothing to copy.
 */
export async function carryLogs(
  redis: Redis,
  keys: Keys,
  runs: { from: string; to: string },
  { suffix, ttl, wanted }: { suffix: string; ttl: number; wanted: LogFilter },
): Promise<string[]> {
  const targets = [keys.runLogs(runs.to), keys.runLogBytes(runs.to)];
  const [logs, bytes] = targets.map((target) => target + suffix) as [string, string];
  let cost = 0;
  for (let after = '-'; ;) {
    const entries = await redis.xrange(keys.runLogs(runs.from), after, '+', 'COUNT', AT_ONCE);
    const some = entries.filter(([, fields]) => wanted(fields[1]!, fields[3]!));
    if (some.length > 0) {
      const writing = redis.multi();
      for (const [id, fields] of some) writing.xadd(logs, id, ...fields);
      cost += some.reduce((sum, [, fields]) => sum + logCost(fields[11]!), 0);
      writing.expire(logs, ttl).set(bytes, cost, 'EX', ttl);
      for (const [error] of (await writing.exec())!) if (error) throw error;
    }
    if (entries.length < AT_ONCE) return cost > 0 ? targets : [];
    after = `(${entries.at(-1)![0]}`;
  }
}
