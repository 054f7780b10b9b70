import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, type ProcessIdentity } from '@agentainer/runtime';
import { processesOf } from './processes-of.js';

const POLL_MS = 10;
/** How long the kernel may take to end what it was told to kill, in milliseconds. */
const KILL_MS = 5_000;

/**
 * Ends an agent's process and all that it started: SIGTERM, `graceMs`, SIGKILL. Resolves when they are gone.
 * @param leader the agent's own process, where it is known; it leads a process group
 */
export async function endProcesses(
  directory: string,
  leader: ProcessIdentity | undefined,
  graceMs: number,
): Promise<void> {
  const leaders = leader && isAlive(leader) ? [leader] : [];
  if (graceMs > 0 && leaders.length > 0) {
    signalProcesses(leaders, 'SIGTERM');
    await gone(leaders, graceMs);
  }
  // A group that its leader has left, or that a child has left, is found by what it inherited.
  const rest = [...leaders.filter(isAlive), ...processesOf(directory)];
  signalProcesses(rest, 'SIGKILL');
  if (!(await gone(rest, KILL_MS))) throw new Error(`processes of ${directory} survived SIGKILL`);
}

/** To the whole group where the process leads one. A process that is gone meanwhile is none of ours any more. */
export function signalProcesses(processes: readonly ProcessIdentity[], name: NodeJS.Signals | 0): void {
  for (const identity of processes) {
    if (!isAlive(identity)) continue;
    for (const target of [-identity.pid, identity.pid]) {
      try {
        process.kill(target, name);
        break;
      } catch {
        // No group of that number: the process itself.
      }
    }
  }
}

async function gone(processes: readonly ProcessIdentity[], deadlineMs: number): Promise<boolean> {
  const giveUpAt = performance.now() + deadlineMs;
  while (processes.some(isAlive)) {
    if (performance.now() >= giveUpAt) return false;
    await sleep(POLL_MS);
  }
  return true;
}
