import type { LimitStanding } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('limit-standings');

/** How limits stand: those named, or those used within the last hour, the latest 1,000. */
export async function limitStandings(
  redis: Redis,
  keys: Keys,
  ids?: readonly string[],
): Promise<LimitStanding[]> {
  const args = ids ? ['0', ...ids] : ['1'];
  const reply = (await script.run(redis, [keys.limits()], args)) as (string | number)[];
  return Array.from({ length: reply.length / 4 }, (_, i) => {
    const [id, held, waiting, fullAt] = reply.slice(4 * i, 4 * i + 4) as [string, number, number, number];
    return { id, held, waiting, fullAt };
  });
}
