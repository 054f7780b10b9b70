import { readdirSync, readFileSync } from 'node:fs';
import { AGENT_DIRECTORY_VARIABLE } from '@agentainer/contracts/agent-paths';
import { ProcFile } from './proc-file.js';

const NUMBER = /^\d+$/;

/**
 * Processes that tasks started and did not end. Those that are there when the agent begins to serve are not among
 * them: what an agent needs for all its tasks, it starts before.
 */
export class LeftProcesses {
  /** Processes that no task left. */
  private kept: Set<string>;
  private readonly load = new ProcFile('/proc/loadavg');
  /** The number of the latest process or thread when nothing was left. */
  private latest: string | undefined;

  /** @param directory the agent's, where processes of others are seen, too: its own have it in their environment */
  constructor(private readonly directory?: string) {
    this.kept = new Set(processNumbers());
  }

  find(): number[] {
    const latest = this.latestNumber();
    if (latest !== undefined && latest === this.latest) return [];
    const left: string[] = [];
    const kept = new Set<string>();
    for (const pid of processNumbers()) {
      if (this.kept.has(pid)) kept.add(pid);
      // One that has ended and is still listed is not kept: its number will be another one's.
      else if (isRunning(pid)) {
        if (this.isOurs(pid)) left.push(pid);
        else kept.add(pid);
      }
    }
    this.latest = left.length === 0 ? latest : undefined;
    this.kept = kept;
    return left.map(Number);
  }

  /** Ends them without a word: their task has ended. */
  end(): void {
    for (const pid of this.find()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended, or is not ours to end: the next look tells.
      }
    }
  }

  private isOurs(pid: string): boolean {
    if (this.directory === undefined) return true;
    return contentOf(pid, 'environ').split('\0').includes(`${AGENT_DIRECTORY_VARIABLE}=${this.directory}`);
  }

  /** As long as it is the same, nothing was started. Undefined where this kernel does not tell. */
  private latestNumber(): string | undefined {
    const number = this.load.read().trimEnd().split(' ').at(-1)!;
    return Number(number) >= process.pid ? number : undefined;
  }
}

function processNumbers(): string[] {
  return readdirSync('/proc').filter((name) => NUMBER.test(name));
}

/** Not gone, and not only waiting to be cleared away. */
function isRunning(pid: string): boolean {
  const stat = contentOf(pid, 'stat');
  const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  return state !== '' && state !== 'Z' && state !== 'X';
}

function contentOf(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
