import type { TaskError } from '@agentainer/core';
import type { AcquireAnswer, Grant, Lease } from '@agentainer/pool';

/** A lease as scripts write it: ticket, agent, epoch, directory, uses left, uses so far, slot. */
export function readLease(poolId: string, fields: readonly string[]): Lease {
  const [id, agentId, epoch, directory, usesLeft, uses, slot] = fields as [...string[]];
  // Not put together by spreading: an object made so has a hidden class of its own, which only a full collection ends.
  return {
    id: id!,
    poolId,
    agentId: agentId!,
    epoch: Number(epoch),
    directory: directory!,
    usesLeft: Number(usesLeft),
    uses: Number(uses),
    slot: Number(slot),
  };
}

export function readAcquireAnswer(poolId: string, reply: unknown): AcquireAnswer {
  const [kind, ...rest] = reply as [string, ...string[]];
  if (kind === 'leased') return { kind, lease: readLease(poolId, rest) };
  if (kind === 'broken') return { kind, error: JSON.parse(rest[0]!) as TaskError };
  return { kind: 'queued' };
}

/** What a script tells a worker about one of its tickets. */
export function readGrant(message: string): Grant {
  const [kind, poolId, ticket, ...rest] = JSON.parse(message) as [string, string, string, ...string[]];
  return kind === 'leased'
    ? { kind, ticket, lease: readLease(poolId, [ticket, ...rest]) }
    : { kind: 'broken', ticket, error: JSON.parse(rest[0]!) as TaskError };
}
