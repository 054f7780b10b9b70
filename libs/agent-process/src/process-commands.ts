import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { type Writable } from 'node:stream';
import type { AgentStart, CommandRunner, CommandSignal, TaskCommand } from '@agentainer/pool';
import { isAlive } from '@agentainer/runtime';
import type { AgentRecords } from './agent-records.js';
import { agentEnvironment } from './config.js';
import { signalProcesses } from './end-process.js';
import { processesOf } from './processes-of.js';

/** What shells say of a program that cannot be run, and of one that is not there. */
const NOT_RUN = 126;
const NOT_FOUND = 127;
/** How long output is waited for that something may write which a command left behind, in milliseconds. */
const REST_MS = 1_000;

/** What an agent with `protocol: exec` is between its commands: something that is there. */
export const ANCHOR_COMMAND: readonly string[] = ['sleep', 'infinity'];

/** Commands as processes of this machine. */
export class ProcessCommands implements CommandRunner {
  constructor(
    private readonly images: Readonly<Record<string, readonly string[]>>,
    private readonly records: AgentRecords,
  ) {}

  async run({ image, directory, config }: AgentStart, command: TaskCommand): Promise<number> {
    const [program = '', ...args] = config.command ?? this.images[image] ?? [];
    const child = spawn(program, args, {
      cwd: directory,
      env: { ...agentEnvironment(directory), ...command.environment },
      stdio: 'pipe',
      detached: true,
    });
    child.stdout.on('data', (chunk: Buffer) => command.onOutput('stdout', chunk));
    child.stderr.on('data', (chunk: Buffer) => command.onOutput('stderr', chunk));
    child.once('exit', () =>
      setTimeout(() => [child.stdout, child.stderr].map((s) => s.destroy()), REST_MS).unref(),
    );
    const failed = once(child, 'error') as Promise<[NodeJS.ErrnoException]>;
    const closed = once(child, 'close', { signal: command.signal }) as Promise<
      [number | null, NodeJS.Signals | null]
    >;
    void sendInput(command.input, child.stdin);
    return Promise.race([closed.then(exitCode), failed.then(([error]) => notRun(error, command))]);
  }

  /** @throws where the agent is not there any more */
  signal({ agentId, directory }: AgentStart, signal: CommandSignal): Promise<boolean> {
    const anchor = this.records.read(agentId)?.process;
    if (!anchor || !isAlive(anchor)) return Promise.reject(new Error('the agent is not there'));
    const others = processesOf(directory).filter(({ pid }) => pid !== anchor.pid);
    signalProcesses(others, signal);
    return Promise.resolve(others.length > 0);
  }
}

function exitCode([code, signal]: [number | null, NodeJS.Signals | null]): number {
  return code ?? 128 + (signal ? constants.signals[signal] : 0);
}

function notRun(error: NodeJS.ErrnoException, { onOutput }: TaskCommand): number {
  onOutput('stderr', Buffer.from(error.message));
  return error.code === 'ENOENT' ? NOT_FOUND : NOT_RUN;
}

/** Left open where it breaks off: a command that reads it must not take a part for the whole. */
async function sendInput(input: AsyncIterable<Buffer>, stdin: Writable): Promise<void> {
  // A command need not read what it gets.
  stdin.on('error', () => undefined);
  const gone = new Promise<void>((resolve) => stdin.once('close', resolve));
  try {
    for await (const chunk of input) {
      if (stdin.destroyed) return;
      if (!stdin.write(chunk)) await Promise.race([gone, new Promise((done) => stdin.once('drain', done))]);
    }
  } catch {
    return;
  }
  stdin.end();
}
