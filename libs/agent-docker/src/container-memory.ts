import type Docker from 'dockerode';
import { callDeadline, statusOf } from './engine.js';

/** What the engine tells of a control group's memory, in version 1 and in version 2. */
interface MemoryStats {
  usage?: number;
  stats?: { total_inactive_file?: number; inactive_file?: number };
}

/**
 * Bytes of memory that a container needs: what its control group has, without files that the kernel would let go at
 * once. Undefined where it does not run. The engine answers from one reading, some of them only at their next tick
 * a second later: it costs little, but is to be waited for side by side.
 */
export async function memoryOf(container: Docker.Container): Promise<number | undefined> {
  try {
    const stats = await container.stats({ stream: false, 'one-shot': true, ...callDeadline() });
    const { usage, stats: parts = {} } = stats.memory_stats as MemoryStats;
    if (usage === undefined) return undefined;
    return Math.max(0, usage - (parts.total_inactive_file ?? parts.inactive_file ?? 0));
  } catch (error) {
    if (statusOf(error) === 404 || statusOf(error) === 409) return undefined;
    throw error;
  }
}
