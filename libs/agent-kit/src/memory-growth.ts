import { totalmem } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ProcFile } from './proc-file.js';

const PAGE_BYTES = 4_096;
/** What counts as free for an agent without a limit of its own. */
const UNLIMITED_BYTES = 1_024 * 1_024 * 1_024;

/** Not much can be taken in so many milliseconds. */
const LOOK_EVERY_MS = 5;

/** Whether tasks left so much in memory that the next one might lack it: more than half of what was free at the begin. */
export class MemoryGrowth {
  private readonly mostBytes: number;
  private collect: (() => void) | undefined;
  private lookedAt = -Infinity;

  /**
   * @param limitBytes what this process may use; where it is not bounded, what counts is how much it grows
   * @param residentBytes how much it uses
   */
  constructor(
    limitBytes = memoryLimit(),
    private readonly residentBytes = ownResidentBytes(),
  ) {
    const begin = residentBytes();
    const free = limitBytes === undefined ? UNLIMITED_BYTES : Math.max(0, limitBytes - begin);
    this.mostBytes = begin + free / 2;
  }

  /** Short tasks one after another are looked at together. */
  isTooMuch(): boolean {
    const now = performance.now();
    if (now - this.lookedAt < LOOK_EVERY_MS) return false;
    const isTooMuch = this.residentBytes() > this.mostBytes;
    if (!isTooMuch) this.lookedAt = now;
    return isTooMuch;
  }

  /** Gives back what nobody holds any more; takes up to a second with a large heap. */
  shrink(): void {
    if (!this.isTooMuch()) return;
    this.collect ??= garbageCollector();
    this.collect();
  }
}

function ownResidentBytes(): () => number {
  const sizes = new ProcFile('/proc/self/statm');
  return () => Number(sizes.read().split(' ')[1]) * PAGE_BYTES;
}

function memoryLimit(): number | undefined {
  const limit = process.constrainedMemory();
  return limit > 0 && limit <= totalmem() ? limit : undefined;
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
