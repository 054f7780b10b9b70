import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentStart, CommandRunner, CommandSignal, TaskCommand } from '@agentainer/pool';
import type Docker from 'dockerode';
import { signalProcesses } from './anchor.js';
import { containerName, type Owner } from './container-identity.js';
import { callDeadline } from './engine.js';
import { FrameSplitter, outputEnd, sendInput } from './exec-stream.js';

/** How long an engine that cannot be reached may be away before a command is given up, in milliseconds. */
const AWAY_MS = 45_000;
const AWAY_POLL_MS = 250;
const AWAY: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOENT', 'EAGAIN']);
/** How long the engine may take to know how a command ended whose output has, in milliseconds. */
const EXIT_MS = 10_000;
const EXIT_POLL_MS = 10;
/** What shells say of a program that cannot be run, and of one that is not there. */
const NOT_RUN = 126;
const NOT_FOUND = 127;
/** Of a command that it cannot run, the engine says why on its standard output. */
const NOT_THERE = /executable file not found|no such file or directory/;
const EXCERPT = 2_000;

/** Commands as the engine runs them in containers: `docker exec`, without a terminal. */
export class ContainerCommands implements CommandRunner {
  constructor(
    private readonly docker: Docker,
    private readonly owner: Owner,
  ) {}

  async run(agent: AgentStart, command: TaskCommand): Promise<number> {
    const exec = await this.create(agent, command);
    const socket = (await exec.start({ hijack: true, Tty: false, Detach: false })) as Duplex;
    const giveUp = () => socket.destroy(command.signal.reason as Error);
    let said = '';
    command.signal.addEventListener('abort', giveUp, { once: true });
    try {
      command.signal.throwIfAborted();
      const frames = new FrameSplitter((stream, chunk) => {
        if (said.length < EXCERPT) said += chunk.toString('latin1', 0, EXCERPT);
        command.onOutput(stream, chunk);
      });
      socket.on('data', (chunk: Buffer) => frames.push(chunk));
      const ended = outputEnd(socket);
      void sendInput(command.input, socket);
      await ended;
      frames.end();
    } finally {
      command.signal.removeEventListener('abort', giveUp);
      socket.destroy();
    }
    const { code, hasRun } = await exitOf(exec);
    if (hasRun) return code;
    command.onOutput('stderr', Buffer.from(said, 'latin1'));
    return NOT_THERE.test(said) ? NOT_FOUND : NOT_RUN;
  }

  signal({ directory }: AgentStart, signal: CommandSignal): Promise<boolean> {
    return signalProcesses(directory, signal);
  }

  /** An engine that is being restarted runs what is asked of it a little later: nothing has begun yet. */
  private async create(
    { agentId, config }: AgentStart,
    { environment, signal }: TaskCommand,
  ): Promise<Docker.Exec> {
    const container = this.docker.getContainer(containerName(this.owner, agentId));
    const giveUpAt = performance.now() + AWAY_MS;
    for (;;) {
      signal.throwIfAborted();
      try {
        const Cmd = config.command ?? (await commandOf(container));
        return await container.exec({
          Cmd,
          Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
          AttachStdin: true,
          AttachStdout: true,
          AttachStderr: true,
          ...callDeadline(),
        });
      } catch (error) {
        const isAway = AWAY.has((error as NodeJS.ErrnoException).code ?? '');
        if (!isAway || performance.now() > giveUpAt) throw error;
        await sleep(AWAY_POLL_MS);
      }
    }
  }
}

/** The image's own command: the container has it as that of its anchor, which heeds none. */
async function commandOf(container: Docker.Container): Promise<string[]> {
  const { Config } = await container.inspect(callDeadline());
  return Config.Cmd;
}

/** @throws where the command goes on, for its output broke off */
async function exitOf(exec: Docker.Exec): Promise<{ code: number; hasRun: boolean }> {
  for (const giveUpAt = performance.now() + EXIT_MS; performance.now() < giveUpAt;) {
    const { Running, ExitCode, Pid } = await exec.inspect(callDeadline());
    if (!Running && ExitCode !== null) return { code: ExitCode, hasRun: Pid > 0 };
    await sleep(EXIT_POLL_MS);
  }
  throw new Error('the output of a command broke off');
}
