import { type HostPressure, tasksAtOnce } from '@agentainer/core';
import type { HostUse, KeeperObserver, PoolSnapshot, RetireReason } from '@agentainer/pool';
import { Counter, Gauge, Histogram, type Registry } from '@agentainer/runtime';

const START_BUCKETS = [0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30, 60];
const STATES = ['creating', 'idle', 'leased', 'cleaning', 'draining', 'retiring'] as const;

/** What a keeper tells about its pools, as metrics. */
export class PoolMetrics implements KeeperObserver {
  private readonly agents: Gauge<'pool' | 'state'>;
  private readonly utilization: Gauge<'pool'>;
  private readonly waiting: Gauge<'pool'>;
  private readonly use: Gauge<'resource' | 'directory'>;
  private readonly pressure: Gauge<'resource' | 'directory'>;
  private readonly retirements: Counter<'pool' | 'reason'>;
  private readonly startTime: Histogram<'pool'>;

  constructor(registry: Registry) {
    const registers = [registry];
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
    this.use = new Gauge({
      name: 'agentainer_host_use_ratio',
      help: 'Share of the memory and of each disk of this host that is in use',
      labelNames: ['resource', 'directory'],
      registers,
    });
    this.pressure = new Gauge({
      name: 'agentainer_host_pressure',
      help: 'Whether this resource puts the host under pressure, so that idle agents end (1) or not (0)',
      labelNames: ['resource', 'directory'],
      registers,
    });
    this.retirements = new Counter({
      name: 'agentainer_agents_retired_total',
      help: 'Agents that are gone, by the reason for it',
      labelNames: ['pool', 'reason'],
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

  host({ memory, disks }: HostUse, pressure: readonly HostPressure[]): void {
    // Disks may be other ones than they were.
    for (const gauge of [this.use, this.pressure]) gauge.reset();
    const all: HostPressure[] = [
      { resource: 'memory', use: memory },
      ...disks.map((disk) => ({ resource: 'disk' as const, ...disk })),
    ];
    for (const { use, ...labels } of all) {
      this.use.set(labels, use);
      this.pressure.set(labels, 0);
    }
    for (const { use: _, ...labels } of pressure) this.pressure.set(labels, 1);
  }

  started(pool: string, ms: number): void {
    this.startTime.observe({ pool }, ms / 1_000);
  }

  forgotten(pool: string): void {
    for (const state of STATES) this.agents.remove({ pool, state });
    this.utilization.remove({ pool });
    this.waiting.remove({ pool });
  }

  retired(pool: string, reason: RetireReason): void {
    this.retirements.inc({ pool, reason });
  }
}
