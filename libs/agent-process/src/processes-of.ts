import { readdirSync, readFileSync } from 'node:fs';
import { AGENT_DIRECTORY_VARIABLE } from '@agentainer/contracts/agent-paths';
import { identityOf, type ProcessIdentity } from '@agentainer/runtime';

/** The processes that were started as the agent of this directory, or by it: those that have it in their environment. */
export function processesOf(directory: string): ProcessIdentity[] {
  const mark = `${AGENT_DIRECTORY_VARIABLE}=${directory}`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(mark))
    .flatMap((name) => identityOf(Number(name)) ?? []);
}

function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
