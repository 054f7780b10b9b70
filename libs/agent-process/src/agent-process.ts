import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { agentEnvironment } from './config.js';
import { OutputLog } from './output-log.js';
import type { LastWords } from '@agentainer/pool';
import { identityOf, type ProcessIdentity } from '@agentainer/runtime';

/** How often an agent's log is looked after, in milliseconds. */
const CUT_MS = 5_000;

/** An agent's process, as its parent sees it. */
export class AgentProcess {
  /** Undefined where it could not be started, or has ended already. */
  readonly identity: ProcessIdentity | undefined;
  readonly ended: Promise<Omit<LastWords, 'output'>>;
  private readonly log: OutputLog;
  private readonly cutting: NodeJS.Timeout;

  /**
   * @param command program and arguments, without a shell
   * @param concurrency tasks that it serves at once
   */
  constructor(command: readonly string[], directory: string, concurrency = 1) {
    this.log = new OutputLog(directory);
    const output = this.log.open();
    const [program = '', ...args] = command;
    const child = spawn(program, args, {
      cwd: directory,
      env: agentEnvironment(directory, concurrency),
      stdio: ['ignore', output, output],
      // A process group of its own: it ends with all that it started, and not with the host's terminal.
      detached: true,
    });
    child.unref();
    closeSync(output);
    this.identity = child.pid === undefined ? undefined : identityOf(child.pid);
    this.cutting = setInterval(() => this.log.cut(), CUT_MS).unref();
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve({ how: `could not be run: ${error.message}` }));
      child.once('exit', () => resolve(endOf(child)));
    });
    void this.ended.then(() => this.release());
  }

  /** Looks no more after the process, which goes on. */
  release(): void {
    clearInterval(this.cutting);
  }

  /** The end of what it printed. */
  output(): string {
    return this.log.tail();
  }
}

function endOf({ exitCode, signalCode }: ChildProcess): Omit<LastWords, 'output'> {
  if (exitCode === null) return { how: `was ended by ${signalCode}` };
  return { how: `ended with exit code ${exitCode}`, exitCode };
}
