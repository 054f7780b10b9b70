import type { AlertType, PoolStanding } from '@agentainer/pool';
import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('alert-raise');
/** Alerts that are kept: older ones go. */
const MOST_ALERTS = 1_000;

/** Notes a change of a pool and raises the alert for it. False where the change was noted before. */
export async function raiseAlert(
  redis: Redis,
  keys: Keys,
  type: AlertType,
  pool: PoolStanding,
): Promise<boolean> {
  const answer = await script.run(
    redis,
    [keys.exhaustedPools(), keys.alerts()],
    [pool.id, type === 'pool.exhausted' ? 1 : 0, type, JSON.stringify(pool), MOST_ALERTS],
  );
  return answer === 1;
}
