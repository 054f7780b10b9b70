import { readdirSync, readFileSync } from 'node:fs';
import { AGENT_DIRECTORY_VARIABLE } from '@agentainer/contracts/agent-paths';

const MARK = `${AGENT_DIRECTORY_VARIABLE}=`;
const RESIDENT = /^VmRSS:\s+(\d+) kB$/m;

/** Bytes of resident memory of the processes of each of these agents' directories, from one reading of `/proc`. */
export function residentMemory(directories: ReadonlySet<string>): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const directory = directoryOf(pid);
    if (directory === undefined || !directories.has(directory)) continue;
    sizes.set(directory, (sizes.get(directory) ?? 0) + residentOf(pid));
  }
  return sizes;
}

function directoryOf(pid: string): string | undefined {
  const variable = read(pid, 'environ')
    .split('\0')
    .find((entry) => entry.startsWith(MARK));
  return variable?.slice(MARK.length);
}

function residentOf(pid: string): number {
  return Number(RESIDENT.exec(read(pid, 'status'))?.[1] ?? 0) * 1_024;
}

/** Empty where the process is gone, or somebody else's. */
function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
