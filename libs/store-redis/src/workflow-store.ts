import { type Definition, newId } from '@agentainer/core';
import type { Page, WorkflowRecord, WorkflowStore } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.js';
import { pageOf } from './index-page.js';

/** Workflows in Redis, each a hash that is written once. */
export class RedisWorkflowStore implements WorkflowStore {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  async create(definition: Definition): Promise<WorkflowRecord> {
    const record: WorkflowRecord = { id: newId('wf'), version: 1, definition, createdAt: Date.now() };
    await this.redis.zadd(this.keys.workflows(), record.createdAt, record.id);
    await this.redis.hset(this.keys.workflow(record.id), {
      version: record.version,
      definition: JSON.stringify(definition),
      createdAt: record.createdAt,
    });
    return record;
  }

  async get(id: string): Promise<WorkflowRecord | undefined> {
    const fields = ['version', 'definition', 'createdAt'];
    const [version, definition, createdAt] = await this.redis.hmget(this.keys.workflow(id), ...fields);
    if (!definition) return undefined;
    return {
      id,
      version: Number(version),
      definition: JSON.parse(definition) as Definition,
      createdAt: Number(createdAt),
    };
  }

  async list(options: { limit: number; cursor?: string }): Promise<Page<WorkflowRecord>> {
    const page = await pageOf(this.redis, this.keys.workflows(), { ...options, newestFirst: true });
    const records = await Promise.all(page.items.map((id) => this.get(id)));
    return { ...page, items: records.filter((record) => record !== undefined) };
  }

  async remove(id: string): Promise<void> {
    await this.redis.unlink(this.keys.workflow(id), this.keys.workflowRuns(id));
    await this.redis.zrem(this.keys.workflows(), id);
  }

  async latestRun(workflowId: string): Promise<string | undefined> {
    const [runId] = await this.redis.zrange(
      this.keys.workflowRuns(workflowId),
      '+inf',
      '-inf',
      'BYSCORE',
      'REV',
      'LIMIT',
      0,
      1,
    );
    return runId;
  }
}
