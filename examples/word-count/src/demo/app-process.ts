import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from '@agentainer/runtime';

const READY_DEADLINE_MS = 60_000;
const POLL_MS = 50;
/** Longer than a process gives itself to stop. */
const STOP_DEADLINE_MS = 40_000;
const LOG_CHARACTERS = 4_000;

export interface AppProcessOptions {
  name: string;
  /** The program of the app, a JavaScript file. */
  program: string;
  /** Asked for when the process starts. */
  environment: () => Promise<Record<string, string>>;
  isReady: () => Promise<boolean>;
}

/** One of the product's programs as a process of its own, which does not outlive this one. */
export class AppProcess implements Service {
  readonly name: string;
  private child: ChildProcess | undefined;
  private log = '';

  constructor(private readonly options: AppProcessOptions) {
    this.name = options.name;
  }

  async start(): Promise<void> {
    const { program, environment, isReady } = this.options;
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', process.execPath, program], {
      env: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', ...(await environment()) },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A Ctrl-C in the terminal is for the demo, which stops its processes in order.
      detached: true,
    });
    this.child = child;
    const keep = (chunk: Buffer) => (this.log = (this.log + chunk.toString()).slice(-LOG_CHARACTERS));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => (this.log += error.message));
    const deadline = Date.now() + READY_DEADLINE_MS;
    while (!(await isReady())) {
      if (this.hasEnded || Date.now() > deadline) throw new Error(`${this.name} did not start:\n${this.log}`);
      await sleep(POLL_MS);
    }
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (!child || this.hasEnded) return;
    const exited = once(child, 'exit');
    const overdue = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
    child.kill('SIGTERM');
    await exited;
    clearTimeout(overdue);
  }

  private get hasEnded(): boolean {
    return !this.child?.pid || this.child.exitCode !== null || this.child.signalCode !== null;
  }
}
