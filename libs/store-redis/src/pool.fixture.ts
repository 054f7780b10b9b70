import {
  behindMs,
  DEFAULT_POOL_CONFIG,
  DEFAULT_PRIORITY,
  type PoolConfig,
  type PoolSpec,
  poolOf,
} from '@agentainer/core';
import type { Grant, Lease } from '@agentainer/pool';
import type { Redis } from 'ioredis';
import { PoolScope } from './pool-scope.js';
import { readGrant } from './pool-answer.js';
import { newKeys } from './redis.fixture.js';
import { acquireAgent } from './scripts/pool-acquire.js';
import { createAgent } from './scripts/pool-create.js';
import { readyAgent } from './scripts/pool-ready.js';
import { sharePool } from './scripts/pool-share.js';
import { snapshotPool } from './scripts/pool-snapshot.js';

const CONFIG = { ...DEFAULT_POOL_CONFIG, idle_timeout: 60_000, max_agent_uses: 100 };
export const WORKER = 'worker_a';
export const TTL_MS = 10_000;
const PATIENCE_MS = 5_000;

/** One pool on one host under a key prefix of its own. */
export class TestPool {
  readonly keys = newKeys();
  readonly scope: PoolScope;
  readonly spec: PoolSpec;
  private tickets = 0;
  private shared: Promise<number> | undefined;

  constructor(
    readonly redis: Redis,
    config: Partial<PoolConfig> = {},
  ) {
    this.scope = new PoolScope(redis, this.keys, 'host');
    this.spec = poolOf({
      image: 'echo',
      execution_mode: 'pooled',
      pool_config: { ...CONFIG, ...config },
    });
  }

  /** Agents entered as idle, the last one first in line. Their starts cost nothing, so none has tenure. */
  async idle(...agentIds: string[]): Promise<void> {
    for (const id of agentIds) {
      await this.enter(id);
      await readyAgent(this.scope, this.spec.id, id);
      await this.redis.hset(`${this.keys.pool(this.spec.id, 'host')}:agent:${id}`, 'tenure', 0);
    }
  }

  /** Gives the host the whole pool. */
  share(): Promise<number> {
    this.shared ??= sharePool(this.scope, this.spec.id, this.spec.config);
    return this.shared;
  }

  /** Enters an agent as `creating`; the host has the whole pool. False where the pool is full. */
  async enter(id: string): Promise<boolean> {
    await this.share();
    return createAgent(this.scope, this.spec, id, `/agents/${id}`);
  }

  acquire(ticket = `ticket-${this.tickets++}`, workerId = WORKER, ttlMs = TTL_MS, behindMs = 0, realm = '') {
    return acquireAgent(this.scope, workerId, { poolId: this.spec.id, ticket, realm, ttlMs, behindMs });
  }

  /** The same for a lane of a realm. */
  acquireIn(realm: string, ticket = `ticket-${this.tickets++}`, priority = DEFAULT_PRIORITY) {
    const asked = {
      poolId: this.spec.id,
      ticket,
      realm,
      ttlMs: TTL_MS,
      behindMs: behindMs(priority),
      priority,
    };
    return acquireAgent(this.scope, WORKER, asked);
  }

  /** A lease that must be there at once. */
  async lease(ticket?: string, ttlMs?: number, realm = ''): Promise<Lease> {
    const answer = await this.acquire(ticket, WORKER, ttlMs, 0, realm);
    if (answer.kind !== 'leased') throw new Error(`expected a lease, not ${answer.kind}`);
    return answer.lease;
  }

  /** A lease whose time is over. */
  async expiredLease(): Promise<Lease> {
    const lease = await this.lease(undefined, 1);
    await until(async () => {
      const [end = 0] = (await this.agent(lease.agentId)).leases;
      return (await this.snapshot()).now > end;
    });
    return lease;
  }

  snapshot() {
    return snapshotPool(this.scope, this.spec);
  }

  async agent(id: string) {
    const agent = (await this.snapshot()).agents.find((a) => a.id === id);
    if (!agent) throw new Error(`agent ${id} is not entered`);
    return agent;
  }

  async states(): Promise<Record<string, string>> {
    return Object.fromEntries((await this.snapshot()).agents.map((a) => [a.id, a.state]));
  }

  /** The counts that the pool keeps, which must be those of its agents. */
  async counts(): Promise<Record<string, number>> {
    const names = ['creating', 'idle', 'leased', 'draining', 'retiring'];
    const texts = await this.redis.hmget(this.keys.pool(this.spec.id, 'host'), ...names, 'cleaning');
    const cleaning = Number(texts.pop() ?? 0);
    const counts = Object.fromEntries(names.map((name, i) => [name, Number(texts[i] ?? 0)]));
    return cleaning === 0 ? counts : { ...counts, cleaning };
  }
}

/** What a worker process hears. */
export class Inbox {
  readonly grants: Grant[] = [];

  static async open(subscriber: Redis, pool: TestPool, workerId = WORKER): Promise<Inbox> {
    const inbox = new Inbox();
    const channel = pool.keys.grants(workerId);
    subscriber.on('message', (from: string, message: string) => {
      if (from === channel) inbox.grants.push(readGrant(message));
    });
    await subscriber.subscribe(channel);
    return inbox;
  }

  async next(): Promise<Grant> {
    await until(() => this.grants.length > 0);
    return this.grants.shift()!;
  }
}

/** Polls until the condition holds. @throws where it does not in time */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
