import type { AgentState } from '@agentainer/core';
import type {
  AcquireAnswer,
  Grant,
  Lease,
  LeaseEnding,
  LeaseRequest,
  LeaseStore,
  RetireReason,
} from '@agentainer/pool';
import type { Redis } from 'ioredis';
import { Channel } from './channel.js';
import type { Keys } from './keys.js';
import { readGrant } from './pool-answer.js';
import { PoolScope } from './pool-scope.js';
import { acquireAgent } from './scripts/pool-acquire.js';
import { keepLease } from './scripts/pool-keep.js';
import { releaseAgent } from './scripts/pool-release.js';
import { renewLease } from './scripts/pool-renew.js';
import { withdrawTicket } from './scripts/pool-withdraw.js';

/** Leases of the agents of one host, as one worker process takes them. */
export class RedisLeaseStore implements LeaseStore {
  private readonly scope: PoolScope;
  private readonly grants: Channel;

  /** @param subscriber a connection that only listens; it may be shared. */
  constructor(
    redis: Redis,
    subscriber: Redis,
    keys: Keys,
    host: string,
    private readonly workerId: string,
  ) {
    this.scope = new PoolScope(redis, keys, host);
    this.grants = new Channel(subscriber, keys.grants(workerId));
  }

  async acquire(request: LeaseRequest): Promise<AcquireAnswer> {
    // A grant that is told before this process listens would be taken for one to a dead worker.
    await this.grants.ready();
    return acquireAgent(this.scope, this.workerId, request);
  }

  withdraw(poolId: string, ticket: string): Promise<Lease | undefined> {
    return withdrawTicket(this.scope, poolId, ticket);
  }

  renew(lease: Lease, ttlMs: number): Promise<boolean> {
    return renewLease(this.scope, lease, ttlMs);
  }

  keep(lease: Lease, behindMs: number, othersWait: boolean): Promise<boolean> {
    return keepLease(this.scope, lease, behindMs, othersWait);
  }

  release(lease: Lease, ending: LeaseEnding): Promise<boolean> {
    return releaseAgent(this.scope, lease, ending);
  }

  async hostStops({ poolId, agentId }: Lease): Promise<boolean> {
    const { redis, keys, host } = this.scope;
    const [state, reason] = await redis.hmget(
      `${keys.pool(poolId, host)}:agent:${agentId}`,
      'state',
      'reason',
    );
    return state === ('retiring' satisfies AgentState) && reason === ('shutdown' satisfies RetireReason);
  }

  onGrant(listener: (grant: Grant) => void): () => void {
    return this.grants.listen((message) => listener(readGrant(message)));
  }
}
