import { type Logger, withDeadline } from '@agentainer/runtime';
import type { AgentDriver, AgentRegistry, FoundAgent } from './ports.js';

export interface DriftCheckParts {
  registry: Pick<AgentRegistry, 'pools' | 'snapshot' | 'drain'>;
  driver: Pick<AgentDriver, 'list' | 'makeOf'>;
  logger: Logger;
}

const LIST_DEADLINE_MS = 10_000;
/** The part of a pool's agents that is replaced at a time: the others go on serving. */
const SHARE_AT_A_TIME = 4;

/**
 * Replaces agents that would be made otherwise today: the operator changed what agents of this host may do, or their
 * image's name stands for another image. Some of a pool at a time; those at work end their lease first.
 */
export class DriftCheck {
  constructor(private readonly parts: DriftCheckParts) {}

  async run(signal: AbortSignal): Promise<void> {
    const { driver, registry } = this.parts;
    const found = await withDeadline('listing agents', LIST_DEADLINE_MS, driver.list());
    for (const pool of await registry.pools()) {
      if (signal.aborted) return;
      const agents = found.filter((agent) => agent.poolId === pool.id);
      const make = agents.length > 0 ? await driver.makeOf(pool) : undefined;
      if (make !== undefined) await this.replace(pool.id, otherThan(make, agents));
    }
  }

  private async replace(poolId: string, outdated: readonly string[]): Promise<void> {
    if (outdated.length === 0) return;
    const { registry, logger } = this.parts;
    const agents = (await registry.snapshot(poolId))?.agents ?? [];
    // One that is draining still serves, for as long as its lane likes.
    const underWay = agents.filter(({ state }) => state === 'creating' || state === 'retiring').length;
    const atATime = Math.ceil(agents.length / SHARE_AT_A_TIME) - underWay;
    const next = agents.filter(
      ({ id, state }) => outdated.includes(id) && (state === 'idle' || state === 'leased'),
    );
    for (const { id } of next.slice(0, Math.max(0, atATime))) {
      logger.info({ agentId: id, poolId }, 'an agent would be made otherwise today: it is replaced');
      await registry.drain(poolId, id, 'config_changed');
    }
  }
}

/** An agent of which it is not known how it was made is left alone. */
function otherThan(make: string, agents: readonly FoundAgent[]): string[] {
  return agents
    .filter((agent) => agent.make !== undefined && agent.make !== make)
    .map((agent) => agent.agentId);
}
