import { randomUUID } from 'node:crypto';
import type { Leadership } from '@agentainer/pool';
import { type Logger, PeriodicService, type Service, withDeadline } from '@agentainer/runtime';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.js';
import { takeLead } from './scripts/leadership-take.js';
import { yieldLead } from './scripts/leadership-yield.js';

export interface LeadershipOptions {
  redis: Redis;
  keys: Keys;
  /** What is led: of the processes that name the same task, at most one leads at any time. */
  task: string;
  logger: Logger;
  /** Milliseconds after which somebody else may lead unless this process says that it is alive. */
  ttlMs?: number;
  /** Milliseconds between two such signs of life. */
  renewMs?: number;
}

const TTL_MS = 5_000;
const RENEW_MS = 1_500;
const YIELD_DEADLINE_MS = 1_000;

/**
 * A lead that expires. It counts from when it was *asked* for, by this process's own monotonic clock, so that it is
 * over here before it is over in Redis; also where the process was frozen, or Redis is out of reach.
 */
export class RedisLeadership implements Leadership, Service {
  readonly name: string;
  private readonly who = randomUUID();
  private readonly key: string;
  private readonly ttlMs: number;
  private readonly loop: PeriodicService;
  private readonly listeners = new Set<(held: boolean) => void>();
  private until = 0;
  private expiry: NodeJS.Timeout | undefined;
  private told = false;

  constructor(private readonly options: LeadershipOptions) {
    const { keys, task, logger, ttlMs = TTL_MS, renewMs: intervalMs = RENEW_MS } = options;
    this.name = `leadership of ${task}`;
    this.key = keys.leader(task);
    this.ttlMs = ttlMs;
    this.loop = new PeriodicService({ name: this.name, intervalMs, logger }, () => this.renew());
  }

  get held(): boolean {
    return performance.now() < this.until;
  }

  onChange(listener: (held: boolean) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  start(): Promise<void> {
    return this.loop.start();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
    const held = this.held;
    this.lastsUntil(0);
    if (!held) return;
    const yielded = yieldLead(this.options.redis, this.key, this.who);
    await withDeadline('giving up the lead', YIELD_DEADLINE_MS, yielded).catch((error: unknown) =>
      this.options.logger.warn(
        { err: error, service: this.name },
        'the lead was not given up; it will expire',
      ),
    );
  }

  private async renew(): Promise<void> {
    const asked = performance.now();
    const asking = takeLead(this.options.redis, this.key, this.who, this.ttlMs);
    const took = await withDeadline(this.name, this.ttlMs, asking);
    this.lastsUntil(took ? asked + this.ttlMs : 0);
  }

  private lastsUntil(until: number): void {
    this.until = until;
    clearTimeout(this.expiry);
    const left = until - performance.now();
    if (left > 0) this.expiry = setTimeout(() => this.tell(), Math.ceil(left) + 1);
    this.tell();
  }

  private tell(): void {
    const { held } = this;
    if (held === this.told) return;
    this.told = held;
    for (const listener of this.listeners) listener(held);
  }
}
