import { readdirSync, readFileSync } from 'node:fs';
import { identityOf, isAlive, type ProcessIdentity } from '@agentainer/runtime';

/** Of a process that is the first one in its innermost namespace. */
const FIRST = /^NSpid:.*\t1$/m;

interface Known {
  /** The container's first process, by which the kernel shows what the container sees. */
  first: ProcessIdentity;
  /** The folders that its agent may write to. */
  scratch: readonly string[];
  /** The processes that the agent started with, as `pid:start time` inside the container. */
  processes: Set<string>;
}

/**
 * Sees from outside whether anything is left in containers of an engine on this host. It only looks, and changes
 * nothing: who removes files of a container from outside may be led elsewhere by its links.
 */
export class ContainerLook {
  private readonly known = new Map<string, Known>();

  /** To be called when an agent is ready, and has run nothing yet. */
  begin(
    agentId: string,
    { containerId, scratch }: { containerId: string; scratch: readonly string[] },
  ): void {
    const first = firstProcessOf(containerId);
    if (!first) return;
    try {
      this.known.set(agentId, { first, scratch, processes: new Set(processesIn(first)) });
    } catch {
      // Its files cannot be seen from here: nothing is known of it.
    }
  }

  forget(agentId: string): void {
    this.known.delete(agentId);
  }

  /** False also where that cannot be seen, or the agent was started by another process than this. */
  isClean(agentId: string): boolean {
    const known = this.known.get(agentId);
    if (!known) return false;
    const { first, scratch, processes } = known;
    try {
      const isEmpty = scratch.every((folder) => readdirSync(`${rootOf(first)}${folder}`).length === 0);
      const isAlone = processesIn(first).every((process) => processes.has(process));
      return isEmpty && isAlone && isAlive(first);
    } catch {
      return false;
    }
  }
}

/**
 * By its control group: the engine may live in a namespace of its own, where processes have other ids. None where the
 * engine is on another host, or this process sees only some of this one's.
 */
export function firstProcessOf(containerId: string): ProcessIdentity | undefined {
  const pid = processNumbers('/proc').find(
    (name) => contentOf(name, 'cgroup').includes(containerId) && FIRST.test(contentOf(name, 'status')),
  );
  return pid === undefined ? undefined : identityOf(Number(pid));
}

function contentOf(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

function processNumbers(listed: string): string[] {
  return readdirSync(listed).filter((name) => /^\d+$/.test(name));
}

function rootOf({ pid }: ProcessIdentity): string {
  return `/proc/${pid}/root`;
}

function processesIn(first: ProcessIdentity): string[] {
  const listed = `${rootOf(first)}/proc`;
  return processNumbers(listed)
    .flatMap((name) => identityOf(Number(name), listed) ?? [])
    .map(({ pid, startTime }) => `${pid}:${startTime}`);
}
