import { LEAST_URGENT } from '@agentainer/core';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

/** BullMQ orders jobs that have a priority by it, and those of one priority by a counter of 32 bits. */
export function firstScoreOf(priority: number): number {
  return priority * 2 ** 32;
}

/**
 * Sees to it that nothing starves in a queue whose urgent jobs never run out: the first job of a level that was
 * already there `ageingMs` ago moves up to the end of the next one. Several may look at one queue: they see the same.
 */
export class QueueAgeing {
  /** By level: the job that is the first there, and since when, by `performance.now()`. */
  private readonly firsts = new Map<number, { jobId: string; since: number }>();

  constructor(
    private readonly queue: Queue,
    private readonly redis: Redis,
    private readonly ageingMs: number,
  ) {}

  async look(now = performance.now()): Promise<void> {
    const key = this.queue.toKey('prioritized');
    if ((await this.redis.exists(key)) === 0) return this.firsts.clear();
    const reading = this.redis.pipeline();
    for (let level = 2; level <= LEAST_URGENT; level++) {
      const [from, to] = [firstScoreOf(level), `(${firstScoreOf(level + 1)}`];
      reading.zrangebyscore(key, from, to, 'LIMIT', 0, 1);
    }
    const replies = (await reading.exec()) ?? [];
    for (const [i, [error, found]] of replies.entries()) {
      if (error) throw error;
      await this.seen(i + 2, (found as string[])[0], now);
    }
  }

  private async seen(level: number, jobId: string | undefined, now: number): Promise<void> {
    const first = this.firsts.get(level);
    if (jobId === undefined) this.firsts.delete(level);
    else if (first?.jobId !== jobId) this.firsts.set(level, { jobId, since: now });
    else if (now - first.since >= this.ageingMs) {
      this.firsts.delete(level);
      const job = await this.queue.getJob(jobId);
      await job?.changePriority({ priority: level - 1 });
    }
  }
}
