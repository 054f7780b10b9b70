import { DEFAULT_PRIORITY } from '@agentainer/core';
import type { AcquireAnswer, LeaseRequest } from '@agentainer/pool';
import { readAcquireAnswer } from '../pool-answer.js';
import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-acquire');

/** Leases an idle agent to a ticket, or puts the ticket in line; the same ticket again gets what it has. */
export async function acquireAgent(
  scope: PoolScope,
  workerId: string,
  { poolId, ticket, realm, ttlMs, behindMs, priority = DEFAULT_PRIORITY }: LeaseRequest,
): Promise<AcquireAnswer> {
  return readAcquireAnswer(
    poolId,
    await scope.run(script, poolId, [ticket, workerId, ttlMs, behindMs, realm, priority]),
  );
}
