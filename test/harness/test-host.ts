import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from './cluster.js';

/** One more host of a cluster: a controller and workers with a data directory of their own. */
export class TestHost {
  readonly processes: string[];
  private readonly environment: Record<string, string>;
  private readonly data: string;

  /** @param settings how its agents are made */
  constructor(
    private readonly cluster: Cluster,
    readonly name: string,
    workers: number,
    settings: Record<string, string>,
  ) {
    this.data = join(cluster.directory, name);
    this.environment = { AGENTAINER_HOST: name, AGENTAINER_DATA: this.data, ...settings };
    const numbers = Array.from({ length: workers }, (_, i) => i + 1);
    this.processes = [`controller-${name}`, ...numbers.map((i) => `worker-${name}-${i}`)];
  }

  start(): void {
    const [controller, ...workers] = this.processes;
    this.cluster.spawn('controller', controller!, this.environment);
    for (const worker of workers) this.cluster.spawn('worker', worker, this.environment);
  }

  /** Ends all its processes but the agents without giving them time for anything. */
  async kill(): Promise<void> {
    for (const name of this.processes) await this.cluster.kill(name);
  }

  /** Agents that run there as processes, whoever knows of them. */
  agents(): number[] {
    const directory = join(this.data, 'processes');
    const files = readdirSync(directory).filter((file) => file.endsWith('.json'));
    const pids = files.map((file) => pidOf(join(directory, file)));
    return pids.filter((pid) => pid !== undefined);
  }
}

function pidOf(path: string): number | undefined {
  try {
    const { process: found } = JSON.parse(readFileSync(path, 'utf8')) as { process?: { pid: number } };
    if (found) process.kill(found.pid, 0);
    return found?.pid;
  } catch {
    return undefined;
  }
}
