import { readdir } from 'node:fs/promises';
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
  poolId: string;
  record: AgentRecord;
}

const LIST_DEADLINE_MS = 10_000;
const ENDS_AT_ONCE = 16;

/**
 * Compares what the engine runs with what the registry has, and mends what a crash left on either side. When anything
 * cannot be read, nothing is touched.
 */
export class Reconciler {
  constructor(private readonly parts: ReconcilerParts) {}

  /** @throws where the engine or Redis cannot be read */
  async run(): Promise<void> {
    // Agents come and go meanwhile. Missing is only what had been started before the engine was asked, a stray is
    // only what is not entered afterwards.
    const busy = new Set(this.parts.life.busy());
    const before = await this.entered();
    const { running, present } = await this.present();
    const directories = await this.directories();
    const after = await this.entered();
    const strays = new Set([...present, ...directories].filter((agentId) => !after.has(agentId)));
    for (const chunk of chunksOf([...strays], ENDS_AT_ONCE))
      await Promise.all(chunk.map((agentId) => this.discard(agentId)));
    for (const [agentId, agent] of after) {
      if (before.has(agentId) && !busy.has(agentId)) await this.check(agentId, agent, running.has(agentId));
    }
  }

  private async check(agentId: string, { poolId, record }: EnteredAgent, isRunning: boolean): Promise<void> {
    const { life, logger } = this.parts;
    if (life.isBusy(agentId)) return;
    if (record.state === 'creating') {
      logger.info({ agentId, poolId }, 'an agent was left half started by an earlier keeper');
      await life.end(poolId, agentId, 'orphan');
    } else if (record.state !== 'retiring') {
      if (!isRunning) await life.lost(poolId, agentId);
      else if (!life.isServed(agentId)) await life.adopt(poolId, agentId, record.directory);
    }
  }

  private async discard(agentId: string): Promise<void> {
    if (this.parts.life.isBusy(agentId)) return;
    this.parts.logger.info({ agentId }, 'an agent is not in the registry: it is ended');
    await this.parts.life.discard(agentId);
  }

  private async entered(): Promise<Map<string, EnteredAgent>> {
    const { registry } = this.parts;
    const pools = await registry.pools();
    const snapshots = await Promise.all(pools.map(({ id }) => registry.snapshot(id)));
    return new Map(
      snapshots.flatMap((snapshot) =>
        (snapshot?.agents ?? []).map(
          (record) => [record.id, { poolId: snapshot!.spec.id, record }] as [string, EnteredAgent],
        ),
      ),
    );
  }

  private async present(): Promise<{ running: Set<string>; present: string[] }> {
    const found = await withDeadline('listing agents', LIST_DEADLINE_MS, this.parts.driver.list());
    const running = found.filter((agent) => agent.running).map((agent) => agent.agentId);
    return { running: new Set(running), present: found.map((agent) => agent.agentId) };
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
