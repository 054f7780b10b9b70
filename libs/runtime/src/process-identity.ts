import { readFileSync } from 'node:fs';

/** A process for good: its id together with its start time, as ids are used again. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks between the machine's boot and the process's start. */
  startTime: string;
}

/**
 * The identity of a process that runs, or undefined. A zombie has ended.
 * @param listed where processes are listed; those of a container have other ids in theirs
 */
export function identityOf(pid: number, listed = '/proc'): ProcessIdentity | undefined {
  try {
    // The second field is the program's name in parentheses, and may hold anything.
    const fields = readFileSync(`${listed}/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const [state, startTime] = [fields[0], fields[19]];
    return startTime === undefined || state === 'Z' || state === 'X' ? undefined : { pid, startTime };
  } catch {
    return undefined;
  }
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identityOf(identity.pid)?.startTime === identity.startTime;
}
