import type { ChildrenOptions, ChildRun, Page, ParentTask } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.js';
import { childPrefix, readChild, writeChild } from './parent-task.js';

/** The runs that tasks of a run started: a sorted set whose scores are all 0, so that it is in the order of its texts. */
export class ChildIndex {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  async add({ runId, step, index }: ParentTask, childId: string): Promise<void> {
    await this.redis.zadd(this.keys.runChildren(runId), 0, writeChild({ step, index, childId }));
  }

  async drop(runId: string, child: ChildRun): Promise<void> {
    await this.redis.zrem(this.keys.runChildren(runId), writeChild(child));
  }

  /** The cursor is the last entry of the page before: pages stay right while entries come and go. */
  async page(runId: string, { limit, cursor, step, index }: ChildrenOptions): Promise<Page<ChildRun>> {
    const of = step !== undefined && childPrefix(step, index);
    const first = of ? `[${of}` : '-';
    // Everything that begins so: no character of an entry comes after this one.
    const last = of ? `(${of}~` : '+';
    const from = cursor === undefined ? first : `(${cursor}`;
    const key = this.keys.runChildren(runId);
    const entries = await this.redis.zrangebylex(key, from, last, 'LIMIT', 0, limit + 1);
    const items = entries.slice(0, limit);
    return { items: items.map(readChild), ...(entries.length > limit && { next: items.at(-1) }) };
  }
}
