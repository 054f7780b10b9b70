import { setTimeout as sleep } from 'node:timers/promises';
import { LeftProcesses } from './left-processes.js';
import { MemoryGrowth } from './memory-growth.js';
import { ScratchFolders } from './scratch-folders.js';

/** How long cleaning may take: less than a worker waits for the end of a task that it stops, in milliseconds. */
const DEADLINE_MS = 1_000;
const POLL_MS = 2;

export interface TaskCleanerOptions {
  /** Folders that are emptied. */
  scratch: readonly string[];
  /** As {@link LeftProcesses} takes it. */
  directory?: string;
  /** What this agent may use; by default what the kernel says. */
  memoryBytes?: number;
}

/**
 * Sees to it that a task leaves nothing to the next one: no files, no processes, no memory that it might lack. To be
 * made when the agent begins to serve.
 */
export class TaskCleaner {
  private readonly folders: ScratchFolders;
  private readonly processes: LeftProcesses;
  private readonly memory: MemoryGrowth;

  constructor({ scratch, directory, memoryBytes }: TaskCleanerOptions) {
    this.folders = new ScratchFolders(scratch);
    this.processes = new LeftProcesses(directory);
    this.memory = new MemoryGrowth(memoryBytes);
  }

  /** Whether nothing is left. Where that cannot be said it is false. Never throws. */
  async run(): Promise<boolean> {
    try {
      if (this.isClean()) return true;
      const giveUpAt = performance.now() + DEADLINE_MS;
      do {
        // Processes first: they could write again what was removed.
        this.processes.end();
        this.folders.empty();
        this.memory.shrink();
        await sleep(POLL_MS);
      } while (!this.isClean() && performance.now() < giveUpAt);
      return this.isClean();
    } catch {
      return false;
    }
  }

  /** Some microseconds each: this runs after every task. */
  private isClean(): boolean {
    return this.processes.find().length === 0 && this.folders.areEmpty() && !this.memory.isTooMuch();
  }
}
