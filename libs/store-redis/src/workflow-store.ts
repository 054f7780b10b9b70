import { type Definition, newId } from '@agentainer/core';
import type { Page, WorkflowRecord, WorkflowStore, WorkflowVersion } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.js';
import { pageOf } from './index-page.js';
import { KEPT_VERSIONS, updateWorkflow } from './scripts/workflow-update.js';

/** Workflows in Redis, each a hash with its latest version, and one with those before. */
export class RedisWorkflowStore implements WorkflowStore {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  async create(definition: Definition, id = newId('wf')): Promise<WorkflowRecord> {
    const createdAt = Date.now();
    const record: WorkflowRecord = { id, version: 1, definition, createdAt, versionedAt: createdAt };
    const added = await this.redis.zadd(this.keys.workflows(), 'NX', createdAt, id);
    const there = added === 0 ? await this.get(id) : undefined;
    if (there) return there;
    await this.redis.hset(this.keys.workflow(record.id), {
      version: record.version,
      definition: JSON.stringify(definition),
      createdAt: record.createdAt,
    });
    return record;
  }

  async get(id: string, version?: number): Promise<WorkflowRecord | undefined> {
    const fields = ['version', 'definition', 'createdAt', 'versionedAt'];
    const [latest, definition, createdAt, versionedAt] = await this.redis.hmget(
      this.keys.workflow(id),
      ...fields,
    );
    if (!definition) return undefined;
    const workflow = { id, createdAt: Number(createdAt) };
    if (version !== undefined && version !== Number(latest)) return this.earlier(workflow, version);
    return {
      ...workflow,
      version: Number(latest),
      definition: JSON.parse(definition) as Definition,
      versionedAt: Number(versionedAt ?? createdAt),
    };
  }

  async update(id: string, definition: Definition): Promise<WorkflowRecord | undefined> {
    const version = await updateWorkflow(this.redis, this.keys, id, definition);
    return version === undefined ? undefined : this.get(id, version);
  }

  async versions(id: string): Promise<WorkflowVersion[] | undefined> {
    const fields = ['version', 'createdAt', 'versionedAt'];
    const [latest, createdAt, versionedAt] = await this.redis.hmget(this.keys.workflow(id), ...fields);
    if (!latest) return undefined;
    const present = { version: Number(latest), createdAt: Number(versionedAt ?? createdAt) };
    const count = Math.min(present.version - 1, KEPT_VERSIONS);
    if (count === 0) return [present];
    const numbers = Array.from({ length: count }, (_, i) => present.version - 1 - i);
    const times = await this.redis.hmget(
      this.keys.workflowVersions(id),
      ...numbers.map((version) => `${version}:createdAt`),
    );
    const before = numbers.map((version, i) => ({ version, createdAt: Number(times[i] ?? 0) }));
    return [present, ...before.filter((version) => version.createdAt > 0)];
  }

  async list(options: { limit: number; cursor?: string }): Promise<Page<WorkflowRecord>> {
    const page = await pageOf(this.redis, this.keys.workflows(), { ...options, newestFirst: true });
    const records = await Promise.all(page.items.map((id) => this.get(id)));
    return { ...page, items: records.filter((record) => record !== undefined) };
  }

  async remove(id: string): Promise<void> {
    await this.redis.unlink(
      this.keys.workflow(id),
      this.keys.workflowVersions(id),
      this.keys.workflowRuns(id),
      this.keys.workflowActiveRuns(id),
      this.keys.workflowJobs(id),
    );
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

  private async earlier(
    workflow: Pick<WorkflowRecord, 'id' | 'createdAt'>,
    version: number,
  ): Promise<WorkflowRecord | undefined> {
    const fields = [`${version}:definition`, `${version}:createdAt`];
    const [definition, createdAt] = await this.redis.hmget(
      this.keys.workflowVersions(workflow.id),
      ...fields,
    );
    if (!definition) return undefined;
    const versionedAt = Number(createdAt);
    return { ...workflow, version, definition: JSON.parse(definition) as Definition, versionedAt };
  }
}
