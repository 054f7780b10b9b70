import type { HostPressure } from '@agentainer/core';
import type { HostUse } from '@agentainer/pool';
import { Gauge, type Registry } from '@agentainer/runtime';

/** How much of its host a keeper sees in use, as metrics. */
export class HostMetrics {
  private readonly use: Gauge<'resource' | 'directory'>;
  private readonly pressure: Gauge<'resource' | 'directory'>;

  constructor(registry: Registry) {
    const registers = [registry];
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
  }

  /** In place of what was told before. */
  tell({ memory, disks }: HostUse, pressure: readonly HostPressure[]): void {
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
}
