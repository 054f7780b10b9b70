import { ChildProcess, type StdioOptions } from 'node:child_process';
import { TaskLog } from './task-log.js';

/** What `spawn` and its like have made of the options of their callers. */
interface SpawnOptions {
  stdio?: StdioOptions;
}
type Spawn = (this: ChildProcess, options: SpawnOptions) => unknown;

const OUTPUTS = { stdout: 1, stderr: 2 } as const;

/**
 * Takes to the log of a task, too, what child processes print that it starts with the agent's own output (`stdio: 'inherit'`): they get a
 * pipe in its place. All asynchronous ways to start one come through the method that this wraps.
 */
export function captureChildren(): void {
  const shared = ChildProcess.prototype as unknown as { spawn: Spawn };
  const { spawn } = shared;
  shared.spawn = function (options) {
    const log = TaskLog.current();
    if (!log) return spawn.call(this, options);
    const stdio = entriesOf(options.stdio);
    const taken = (['stdout', 'stderr'] as const).filter((name) => isInherited(stdio[OUTPUTS[name]], name));
    for (const name of taken) stdio[OUTPUTS[name]] = 'pipe';
    const answer = spawn.call(this, taken.length > 0 ? { ...options, stdio } : options);
    log.capture({
      stdout: taken.includes('stdout') ? this.stdout : null,
      stderr: taken.includes('stderr') ? this.stderr : null,
    });
    return answer;
  };
}

function entriesOf(stdio: StdioOptions = 'pipe'): Exclude<StdioOptions, string>[number][] {
  return typeof stdio === 'string' ? [stdio, stdio, stdio] : [...stdio];
}

function isInherited(entry: unknown, name: 'stdout' | 'stderr'): boolean {
  return entry === 'inherit' || entry === OUTPUTS[name] || entry === process[name];
}
