import { stat, statfs } from 'node:fs/promises';
import type { AgentDriver, DiskUse } from '@agentainer/pool';
import type { Logger } from '@agentainer/runtime';

/** How often the engine is asked where its data is, in milliseconds: it may have been configured anew. */
const ASK_MS = 30_000;

export interface HostDisksOptions {
  /** Folders whose disks count. */
  directories: readonly string[];
  /** What it fills counts as well, where that is to be seen from here. */
  driver: Pick<AgentDriver, 'dataRoot'>;
  logger: Logger;
  askMs?: number;
}

/** How full the disks are that agents need: each file system once, by the first folder that is on it. */
export class HostDisks {
  /** Where the engine's data is, as far as it has told. */
  private dataRoot: string | undefined;
  private nextAsk = 0;
  private isMissing = false;

  constructor(private readonly options: HostDisksOptions) {}

  /** @throws where the disk of one of the directories cannot be read */
  async read(): Promise<DiskUse[]> {
    // The engine may take its time, or not answer at all.
    void this.ask();
    const disks = await Promise.all(this.options.directories.map(readDisk));
    if (this.dataRoot !== undefined) disks.push(...(await this.readEngine(this.dataRoot)));
    const byDevice = new Map<number, DiskUse>();
    for (const { device, ...disk } of disks) if (!byDevice.has(device)) byDevice.set(device, disk);
    return [...byDevice.values()];
  }

  private async ask(): Promise<void> {
    if (performance.now() < this.nextAsk) return;
    this.nextAsk = performance.now() + (this.options.askMs ?? ASK_MS);
    // One that is away has what it had.
    const told = await this.options.driver.dataRoot?.().catch(() => undefined);
    this.dataRoot = told ?? this.dataRoot;
  }

  /** Nothing where it is not to be seen, as from within a container. */
  private async readEngine(directory: string): Promise<Disk[]> {
    try {
      const disk = await readDisk(directory);
      this.isMissing = false;
      return [disk];
    } catch (error) {
      if (!this.isMissing)
        this.options.logger.warn(
          { err: error, directory },
          'the disk of the container engine cannot be seen from here and does not count: AGENTAINER_DISKS can name a folder on it',
        );
      this.isMissing = true;
      return [];
    }
  }
}

interface Disk extends DiskUse {
  device: number;
}

/** Of what programs without privileges may use. */
async function readDisk(directory: string): Promise<Disk> {
  const [{ dev: device }, { blocks, bfree, bavail }] = await Promise.all([
    stat(directory),
    statfs(directory),
  ]);
  const used = blocks - bfree;
  return { directory, device, use: used + bavail === 0 ? 0 : used / (used + bavail) };
}
