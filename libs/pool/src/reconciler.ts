import { readdir } from 'node:fs/promises';
import type { PoolSpec } from '@agentainer/core';
import { type Logger, withDeadline } from '@agentainer/runtime';
import type { AgentLife } from './agent-life.js';
import { chunksOf } from './chunks.js';
import type { AgentDriver, AgentRecord, AgentRegistry } from './ports.js';

export interface ReconcilerParts {
  registry: AgentRegistry;
  driver: AgentDriver;
  life: AgentLife;
  agentsDirectory: string;
  logger: Logger;
}

interface EnteredAgent {
  pool: PoolSpec;
  record: AgentRecord;
}

const LIST_DEADLINE_MS = 10_000;
const ENDS_AT_ONCE = 16;

/**
 * Compares what the engine runs with what the registry has, and mends what a crash left on either side. Where something
 * cannot be read, nothing is touched that might belong to it.
 */
export class Reconciler {
  constructor(private readonly parts: ReconcilerParts) {}

  /** @throws where the engine or Redis cannot be read */
  async run(): Promise<void> {
    // Agents come and go meanwhile. Missing is only what had been started before the engine was asked, a stray is
    // only what is entered neither before nor afterwards, and was not about to be cleared away.
    const busy = new Set(this.parts.life.busy());
    const before = await this.entered();
    // One that began in between is not half started, be it that its start has ended by the time it is looked at.
    for (const agentId of this.parts.life.busy()) busy.add(agentId);
    const found = await withDeadline('listing agents', LIST_DEADLINE_MS, this.parts.driver.list());
    const directories = await this.directories();
    const after = await this.entered();

    const present = found
      .filter((agent) => !after.unreadable.has(agent.poolId))
      .map((agent) => agent.agentId);
    const nameless = after.unreadable.size > 0 ? [] : directories;
    const known = (agentId: string) =>
      before.agents.has(agentId) || after.agents.has(agentId) || busy.has(agentId);
    const strays = new Set([...present, ...nameless].filter((agentId) => !known(agentId)));
    await inChunks([...strays], (agentId) => this.discard(agentId));

    const running = new Set(found.filter((agent) => agent.running).map((agent) => agent.agentId));
    const settled = [...after.agents].filter(([id]) => before.agents.has(id) && !busy.has(id));
    await inChunks(settled, ([agentId, agent]) => this.check(agentId, agent, running.has(agentId)));
  }

  private async check(agentId: string, { pool, record }: EnteredAgent, isRunning: boolean): Promise<void> {
    const { life, logger } = this.parts;
    if (life.isBusy(agentId)) return;
    if (record.state === 'creating') {
      logger.info({ agentId, poolId: pool.id }, 'an agent was left half started by an earlier keeper');
      await life.end(pool, agentId, 'orphan');
    } else if (record.state !== 'retiring') {
      if (!isRunning) await life.lost(pool.id, agentId);
      else if (!life.isServed(agentId)) await life.adopt(pool, agentId, record.directory);
    }
  }

  private async discard(agentId: string): Promise<void> {
    if (this.parts.life.isBusy(agentId)) return;
    this.parts.logger.info({ agentId }, 'an agent is not in the registry: it is ended');
    await this.parts.life.discard(agentId);
  }

  private async entered(): Promise<{ agents: Map<string, EnteredAgent>; unreadable: Set<string> }> {
    const { registry, logger } = this.parts;
    const agents = new Map<string, EnteredAgent>();
    const unreadable = new Set<string>();
    const read = async (pool: PoolSpec) => {
      try {
        const snapshot = await registry.snapshot(pool.id);
        for (const record of snapshot?.agents ?? []) agents.set(record.id, { pool, record });
      } catch (error) {
        unreadable.add(pool.id);
        logger.error({ err: error, poolId: pool.id }, 'a pool could not be read');
      }
    };
    await Promise.all((await registry.pools()).map(read));
    return { agents, unreadable };
  }

  private async directories(): Promise<string[]> {
    try {
      const names = await readdir(this.parts.agentsDirectory);
      return names.filter((name) => name.startsWith('agent_'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }
}

async function inChunks<T>(list: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (const chunk of chunksOf(list, ENDS_AT_ONCE)) await Promise.all(chunk.map(work));
}
