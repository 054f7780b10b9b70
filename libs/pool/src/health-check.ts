import type { PoolSpec } from '@agentainer/core';
import { type Logger, withDeadline } from '@agentainer/runtime';
import type { AgentLife } from './agent-life.js';
import { chunksOf } from './chunks.js';
import type { AgentProbe, AgentRecord, AgentRegistry } from './ports.js';

export interface HealthCheckParts {
  registry: AgentRegistry;
  probe: AgentProbe;
  life: AgentLife;
  logger: Logger;
}

const PROBE_DEADLINE_MS = 2_000;
/** Probes under way side by side. */
const PROBES_AT_ONCE = 16;
/** One missed answer may be this machine's fault. */
const MISSES_ALLOWED = 1;

/** Asks idle agents how they are, and ends those that do not answer twice in a row. */
export class HealthCheck {
  private misses = new Map<string, number>();

  constructor(private readonly parts: HealthCheckParts) {}

  async run(signal: AbortSignal): Promise<void> {
    const missed = new Map<string, number>();
    for (const pool of await this.parts.registry.pools()) {
      const snapshot = await this.parts.registry.snapshot(pool.id);
      const idle = (snapshot?.agents ?? []).filter((agent) => agent.state === 'idle');
      for (const chunk of chunksOf(idle, PROBES_AT_ONCE)) {
        if (signal.aborted) return;
        await Promise.all(chunk.map((agent) => this.check(pool, agent, missed)));
      }
    }
    this.misses = missed;
  }

  private async check(
    pool: PoolSpec,
    { id, directory }: AgentRecord,
    missed: Map<string, number>,
  ): Promise<void> {
    const { probe, life, logger } = this.parts;
    if (life.isBusy(id)) return;
    const answer = withDeadline('a probe', PROBE_DEADLINE_MS, probe.probe(directory));
    if (await answer.catch(() => false)) return;
    const misses = (this.misses.get(id) ?? 0) + 1;
    missed.set(id, misses);
    if (misses <= MISSES_ALLOWED) return;
    logger.warn({ agentId: id, poolId: pool.id }, 'an idle agent does not answer: it is ended');
    await life.end(pool, id, 'unhealthy');
  }
}
