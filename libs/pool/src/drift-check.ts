import { type AgentPermissions, permissionFaults } from '@agentainer/core';
import { type Logger, withDeadline } from '@agentainer/runtime';
import type { AgentDriver, AgentRecord, AgentRegistry, FoundAgent, RetireReason } from './ports.js';

export interface DriftCheckParts {
  registry: Pick<AgentRegistry, 'pools' | 'snapshot' | 'drain'>;
  driver: Pick<AgentDriver, 'list' | 'makeOf'>;
  permissions: AgentPermissions;
  logger: Logger;
}

const LIST_DEADLINE_MS = 10_000;
/** The part of a pool's agents that is replaced at a time: the others go on serving. */
const SHARE_AT_A_TIME = 4;

/**
 * Replaces agents that would be made otherwise today: the operator changed what agents of this host may do, or their
 * image's name stands for another image. Some of a pool at a time. Those of pools that the operator does not permit any more
 * end all at once, and are not replaced. Agents at work end their lease first.
 */
export class DriftCheck {
  constructor(private readonly parts: DriftCheckParts) {}

  async run(signal: AbortSignal): Promise<void> {
    const { driver, registry, permissions } = this.parts;
    const found = await withDeadline('listing agents', LIST_DEADLINE_MS, driver.list());
    for (const pool of await registry.pools()) {
      if (signal.aborted) return;
      const agents = found.filter((agent) => agent.poolId === pool.id);
      if (agents.length === 0) continue;
      if (permissionFaults(pool, permissions).length > 0) {
        await this.forbid(pool.id);
        continue;
      }
      const make = await driver.makeOf(pool);
      if (make !== undefined) await this.replace(pool.id, otherThan(make, agents));
    }
  }

  private async forbid(poolId: string): Promise<void> {
    const agents = (await this.parts.registry.snapshot(poolId))?.agents ?? [];
    await this.drain(poolId, agents.filter(isServing), 'not_permitted');
  }

  private async replace(poolId: string, outdated: readonly string[]): Promise<void> {
    if (outdated.length === 0) return;
    const agents = (await this.parts.registry.snapshot(poolId))?.agents ?? [];
    // One that is draining still serves, for as long as its lane likes.
    const underWay = agents.filter(({ state }) => state === 'creating' || state === 'retiring').length;
    const atATime = Math.ceil(agents.length / SHARE_AT_A_TIME) - underWay;
    const next = agents.filter((agent) => outdated.includes(agent.id) && isServing(agent));
    await this.drain(poolId, next.slice(0, Math.max(0, atATime)), 'config_changed');
  }

  private async drain(poolId: string, agents: readonly AgentRecord[], reason: RetireReason): Promise<void> {
    for (const { id: agentId } of agents) {
      this.parts.logger.info({ agentId, poolId, reason }, 'an agent is not what it should be today: it ends');
      await this.parts.registry.drain(poolId, agentId, reason);
    }
  }
}

function isServing({ state }: AgentRecord): boolean {
  return state === 'idle' || state === 'leased';
}

/** An agent of which it is not known how it was made is left alone. */
function otherThan(make: string, agents: readonly FoundAgent[]): string[] {
  return agents
    .filter((agent) => agent.make !== undefined && agent.make !== make)
    .map((agent) => agent.agentId);
}
