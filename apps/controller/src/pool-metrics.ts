import { type HostPressure, tasksAtOnce } from '@agentainer/core';
import type { DeathCause, HostUse, KeeperObserver, PoolSnapshot, RetireReason } from '@agentainer/pool';
import { Counter, Gauge, Histogram, type Registry } from '@agentainer/runtime';
import { HostMetrics } from './host-metrics.js';

const START_BUCKETS = [0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30, 60];
const STATES = ['creating', 'idle', 'leased', 'cleaning', 'draining', 'retiring'] as const;

/** What a keeper tells about its pools, as metrics. */
export class PoolMetrics implements KeeperObserver {
  private readonly agents: Gauge<'pool' | 'state'>;
  private readonly utilization: Gauge<'pool'>;
  private readonly waiting: Gauge<'pool'>;
  private readonly retirements: Counter<'pool' | 'reason'>;
  private readonly deaths: Counter<'pool' | 'cause'>;
  private readonly startTime: Histogram<'pool'>;
  private readonly ofHost: HostMetrics;

  constructor(registry: Registry) {
    const registers = [registry];
    this.ofHost = new HostMetrics(registry);
    this.agents = new Gauge({
      name: 'agentainer_pool_size',
      help: 'Agents of the pool on this host, by state',
      labelNames: ['pool', 'state'],
      registers,
    });
    this.utilization = new Gauge({
      name: 'agentainer_pool_utilization',
      help: 'Share of the tasks that idle and leased agents of the pool on this host could run at once that are leased to lanes; 0 where there are none',
      labelNames: ['pool'],
      registers,
    });
    this.waiting = new Gauge({
      name: 'agentainer_pool_waiting',
      help: 'Lanes that wait for an agent of the pool on this host',
      labelNames: ['pool'],
      registers,
    });
    this.retirements = new Counter({
      name: 'agentainer_agents_retired_total',
      help: 'Agents that are gone, by the reason for it',
      labelNames: ['pool', 'reason'],
      registers,
    });
    this.deaths = new Counter({
      name: 'agentainer_agent_deaths_total',
      help: 'Agents that ended by themselves: they used too much memory, exited, or nobody knows how',
      labelNames: ['pool', 'cause'],
      registers,
    });
    this.startTime = new Histogram({
      name: 'agentainer_agent_start_seconds',
      help: 'From the decision to start an agent to its being ready for tasks',
      labelNames: ['pool'],
      buckets: START_BUCKETS,
      registers,
    });
  }

  snapshot({ spec, agents, waiting }: PoolSnapshot): void {
    const pool = spec.id;
    const count = (state: string) => agents.filter((agent) => agent.state === state).length;
    for (const state of STATES) this.agents.set({ pool, state }, count(state));
    const inUse = agents.reduce((sum, { leases }) => sum + leases.length, 0);
    const serving = count('idle') + count('leased') + count('draining');
    this.utilization.set({ pool }, inUse === 0 ? 0 : inUse / tasksAtOnce(serving, spec.config));
    this.waiting.set({ pool }, waiting);
  }

  host(use: HostUse, pressure: readonly HostPressure[]): void {
    this.ofHost.tell(use, pressure);
  }

  started(pool: string, ms: number): void {
    this.startTime.observe({ pool }, ms / 1_000);
  }

  forgotten(pool: string): void {
    for (const state of STATES) this.agents.remove({ pool, state });
    this.utilization.remove({ pool });
    this.waiting.remove({ pool });
  }

  died(pool: string, cause: DeathCause): void {
    this.deaths.inc({ pool, cause });
  }

  retired(pool: string, reason: RetireReason): void {
    this.retirements.inc({ pool, reason });
  }
}
