import type { AgentRecord } from './ports.js';

/** An agent that ends by itself so soon after it was ready, and before any task, did not really start. */
const SOON_MS = 10_000;
/** One may be anybody's fault: only from then on is it the image's. */
const ALLOWED = 2;
/** Without another one in that time, all is well again. It is longer than any wait between two starts. */
const REMEMBERED_MS = 120_000;

/**
 * Counts, for each pool, agents in a row that ended by themselves right after their start: each was ready after the one
 * before had ended. Without it an image that answers healthy and then dies would be started again and again without a
 * pause. It is kept in this process alone: the next keeper finds out by itself.
 */
export class EarlyDeaths {
  private readonly pools = new Map<string, { count: number; at: number }>();

  /**
   * Takes note of an agent that is gone, by its record as it was.
   * @returns failed starts in a row before it, where it is to count as one; else undefined
   */
  note(poolId: string, agent: AgentRecord | undefined, now: number): number | undefined {
    for (const [id, { at }] of this.pools) if (now - at > REMEMBERED_MS) this.pools.delete(id);
    if (agent?.state !== 'idle' || agent.uses > 0 || now - agent.since > SOON_MS) return undefined;
    const last = this.pools.get(poolId);
    // They went together, as where their engine is stopped: that says nothing more.
    if (last && agent.since <= last.at) return undefined;
    const count = (last?.count ?? 0) + 1;
    this.pools.set(poolId, { count, at: now });
    return count > ALLOWED ? count - ALLOWED - 1 : undefined;
  }
}
