import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostGauge, HostUse } from '@agentainer/pool';
import type { HostDisks } from './host-disks.js';

export interface LinuxHostGaugeOptions {
  disks: Pick<HostDisks, 'read'>;
  /** Where `proc` and `sys` are. */
  root?: string;
}

/** Files of a control group's memory, in version 2 and in version 1. */
const GROUPS = [
  { at: 'sys/fs/cgroup', limit: 'memory.max', usage: 'memory.current', file: 'inactive_file' },
  {
    ...{ at: 'sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', usage: 'memory.usage_in_bytes' },
    file: 'total_inactive_file',
  },
];

/**
 * How much of a Linux host is in use: of its memory what is not available to new programs, of the limit of its control
 * group too where it has one, as a host within a container does; and of its disks.
 */
export class LinuxHostGauge implements HostGauge {
  private readonly root: string;

  constructor(private readonly options: LinuxHostGaugeOptions) {
    this.root = options.root ?? '/';
  }

  async read(): Promise<HostUse> {
    const [memory, disks] = await Promise.all([this.memory(), this.options.disks.read()]);
    return { memory, disks };
  }

  private async memory(): Promise<number> {
    const text = await readFile(join(this.root, 'proc/meminfo'), 'utf8');
    const total = fieldOf(text, 'MemTotal:');
    const used = total - fieldOf(text, 'MemAvailable:');
    const groups = await Promise.all(GROUPS.map((group) => this.group(group, total * 1_024)));
    return Math.max(used / total, ...groups);
  }

  /** 0 where the group has no limit of its own, or is none. */
  private async group({ at, limit, usage, file }: (typeof GROUPS)[number], total: number): Promise<number> {
    const read = (name: string) => readFile(join(this.root, at, name), 'utf8').catch(() => '');
    const [limitText, usageText, stat] = await Promise.all([read(limit), read(usage), read('memory.stat')]);
    const bytes = Number(limitText.trim() || NaN);
    if (!(bytes > 0 && bytes < total)) return 0;
    return (Number(usageText) - fieldOf(stat, file)) / bytes;
  }
}

/** A number by its name in front of it; 0 where it is not there. */
function fieldOf(text: string, name: string): number {
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.split(/\s+/)[1] ?? 0);
}
