import { type Logger, withDeadline } from '@agentainer/runtime';
import type { AgentLife } from './agent-life.js';
import type { AgentDriver, AgentRecord, AgentRegistry } from './ports.js';

export interface MemoryCheckParts {
  registry: AgentRegistry;
  driver: AgentDriver;
  life: AgentLife;
  logger: Logger;
}

/** How long the engine may take to measure the agents of one pool, in milliseconds. */
const MEASURE_DEADLINE_MS = 60_000;

/** Measures the agents of pools that bound the memory of each, and lets those end that use more. */
export class MemoryCheck {
  constructor(private readonly parts: MemoryCheckParts) {}

  async run(signal: AbortSignal): Promise<void> {
    const { registry } = this.parts;
    for (const { id: poolId, config } of await registry.pools()) {
      const limit = config.max_agent_memory;
      if (limit === undefined) continue;
      if (signal.aborted) return;
      await this.check(poolId, (await registry.snapshot(poolId))?.agents ?? [], limit);
    }
  }

  private async check(poolId: string, agents: AgentRecord[], limit: number): Promise<void> {
    const { driver, life, logger, registry } = this.parts;
    const used = agents
      .filter(({ id, state }) => (state === 'idle' || state === 'leased') && !life.isBusy(id))
      .map(({ id }) => id);
    if (used.length === 0) return;
    const sizes = await withDeadline('measuring agents', MEASURE_DEADLINE_MS, driver.memoryOf(used));
    for (const [agentId, bytes] of sizes) {
      if (bytes <= limit) continue;
      logger.info({ agentId, poolId, bytes, limit }, 'an agent uses too much memory: it is replaced');
      await registry.drain(poolId, agentId, 'memory');
    }
  }
}
