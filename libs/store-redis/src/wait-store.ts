import type { Json } from '@agentainer/core';
import type { DueWait, SignalAnswer, WaitEnd, WaitStore } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.js';
import { putApprovalLink } from './scripts/approval-link.js';
import { sendSignal } from './scripts/signal-send.js';
import { beginWait } from './scripts/wait-begin.js';
import { endWait } from './scripts/wait-end.js';

/** What the run record holds about waits, and the index of those that end by time. */
export class RedisWaitStore implements WaitStore {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  /** The index first: a crash leaves an entry too many, never one too few. */
  async beginWait(runId: string, step: string, since: number, dueAt?: number): Promise<void> {
    if (dueAt !== undefined) await this.rescheduleWait(runId, step, dueAt);
    await beginWait(this.redis, this.keys, { runId, step }, since, dueAt);
  }

  async endWait(runId: string, step: string, end: WaitEnd): Promise<boolean> {
    const ended = await endWait(this.redis, this.keys, { runId, step }, end);
    if (ended) await this.rescheduleWait(runId, step, undefined);
    return ended;
  }

  sendSignal(runId: string, name: string, data: Json): Promise<SignalAnswer> {
    return sendSignal(this.redis, this.keys, { runId, name }, data);
  }

  putApprovalLink(runId: string, step: string, hash: string, ttlMs: number): Promise<number | undefined> {
    return putApprovalLink(this.redis, this.keys, { runId, step }, hash, ttlMs);
  }

  async approvalLink(runId: string, step: string): Promise<string | undefined> {
    const link = await this.redis.hget(this.keys.runSteps(runId), `${step}:link`);
    const [hash, expiresAt] = link?.split('|') ?? [];
    return Number(expiresAt) > (await this.now()) ? hash : undefined;
  }

  async dueWaits(limit: number): Promise<{ now: number; waits: DueWait[] }> {
    const now = await this.now();
    const flat = await this.redis.zrangebyscore(
      this.keys.waits(),
      '-inf',
      now,
      'WITHSCORES',
      'LIMIT',
      0,
      limit,
    );
    const waits: DueWait[] = [];
    for (let i = 0; i < flat.length; i += 2) {
      const [runId, step] = flat[i]!.split('|') as [string, string];
      waits.push({ runId, step, dueAt: Number(flat[i + 1]) });
    }
    return { now, waits };
  }

  async rescheduleWait(runId: string, step: string, dueAt: number | undefined): Promise<void> {
    const member = `${runId}|${step}`;
    if (dueAt === undefined) await this.redis.zrem(this.keys.waits(), member);
    else await this.redis.zadd(this.keys.waits(), dueAt, member);
  }

  private async now(): Promise<number> {
    const [seconds, micros] = await this.redis.time();
    return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
  }
}
