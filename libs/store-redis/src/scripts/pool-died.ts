import type { AgentDeath, LastWords } from '@agentainer/pool';
import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-died');

/** Notes how an agent ended by itself. */
export async function noteDeath(
  scope: PoolScope,
  poolId: string,
  agentId: string,
  words: LastWords,
): Promise<void> {
  await scope.run(script, poolId, [agentId, JSON.stringify(words)]);
}

/** What was noted; undefined where nothing was. */
export function readDeath(text: string | null | undefined): AgentDeath | undefined {
  const [, at, agentId, words] = /^(\d+)\|([^|]*)\|(.*)$/s.exec(text ?? '') ?? [];
  if (words === undefined) return undefined;
  const { how, output } = JSON.parse(words) as LastWords;
  return { agentId: agentId!, at: Number(at), how, output };
}
