import type { Lease } from '@agentainer/pool';
import { readLease } from '../pool-answer.js';
import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-withdraw');

/** Takes a ticket out of line; its lease, where it was granted in the meantime. */
export async function withdrawTicket(
  scope: PoolScope,
  poolId: string,
  ticket: string,
): Promise<Lease | undefined> {
  const reply = (await scope.run(script, poolId, [ticket])) as string[] | null;
  return reply ? readLease(poolId, reply) : undefined;
}
