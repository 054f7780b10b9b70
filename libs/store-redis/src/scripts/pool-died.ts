import type { AgentDeath, LastWords } from '@agentainer/pool';
import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-died');
/** Deaths that a pool keeps of each host. */
const KEPT = 10;

/** Notes how an agent ended by itself; false where that was noted before, or the pool is not known any more. */
export async function noteDeath(
  scope: PoolScope,
  poolId: string,
  agentId: string,
  words: LastWords,
): Promise<boolean> {
  return (await scope.run(script, poolId, [agentId, JSON.stringify(words), KEPT])) === 1;
}

/** What was noted. */
export function readDeath(text: string): AgentDeath {
  const [, at, agentId, words] = /^(\d+)\|([^|]*)\|(.*)$/s.exec(text)!;
  return { agentId: agentId!, at: Number(at), ...(JSON.parse(words!) as LastWords) };
}
