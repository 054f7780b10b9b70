import type { IncomingMessage } from 'node:http';
import {
  AgentLostError,
  type RawTask,
  readRawRequest,
  TaskFailure,
  type TaskRun,
  type TaskWork,
} from '@agentainer/agent-kit/server';
import type { AgentStart, CommandRunner } from '@agentainer/pool';
import { CommandEnd, endLeftovers } from './command-end.js';
import { CommandOutput } from './command-output.js';
import { taskEnvironment } from './task-environment.js';
import { commandInput } from './task-input.js';
import type { ExecAgentsOptions } from './exec-agents.js';

/** How long an agent may take to say that it is there, in milliseconds: less than who asks for its health waits. */
const ASK_MS = 800;

/** Does the tasks of one agent by running its command, once for each; no process of one is left to the next. */
export class ExecWork implements TaskWork<RawTask> {
  /** The latest command; the next one begins when it has ended, also where a newer lease is in a hurry. */
  private latest: Promise<unknown> = Promise.resolve();
  /** Whether processes may be left: of an earlier keeper's commands, to begin with. */
  private isClean = false;
  private isLost = false;
  private isClosed = false;
  private readonly runner: CommandRunner;

  constructor(
    private readonly agent: AgentStart,
    private readonly options: ExecAgentsOptions,
  ) {
    this.runner = options.commands;
  }

  read(message: IncomingMessage): Promise<RawTask> {
    return readRawRequest(message);
  }

  async isWell(): Promise<boolean> {
    if (this.isLost || this.isClosed) return false;
    let overdue: NodeJS.Timeout | undefined;
    const asked = this.runner.signal(this.agent, 0).then(
      () => true,
      () => false,
    );
    const late = new Promise<boolean>((resolve) => {
      overdue = setTimeout(() => resolve(false), ASK_MS);
    });
    return Promise.race([asked, late]).finally(() => clearTimeout(overdue));
  }

  /** Its processes have ended with it; files that it left are its agent's end. */
  async clean(): Promise<boolean> {
    return this.options.isClean(this.agent.agentId).catch(() => false);
  }

  perform(request: RawTask, { signal, log }: TaskRun): Promise<string> {
    const performed = this.latest.then(() => this.run(request, signal, log));
    this.latest = performed.catch(() => undefined);
    return performed;
  }

  /** What ends now was no fault of its task's. Resolves when the command that runs has ended. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.latest;
  }

  private async run({ task, input }: RawTask, signal: AbortSignal, log: TaskRun['log']): Promise<string> {
    signal.throwIfAborted();
    const { stdin, stdout } = this.agent.config;
    await this.orLost(this.cleanUp());
    const text = await commandInput(input, stdin);
    const end = new CommandEnd(this.runner, this.agent);
    const output = new CommandOutput(this.options.resultLimit, () => end.begin({ kill: true }));
    const stop = () => end.begin();
    signal.throwIfAborted();
    signal.addEventListener('abort', stop, { once: true });
    this.isClean = false;
    const running = this.runner.run(this.agent, {
      environment: taskEnvironment(task),
      input: text,
      onOutput: (stream, chunk) => {
        // Standard output is the task's result.
        if (stream === 'stderr') log.print(stream, chunk);
        output.take(stream, chunk);
      },
      signal: end.signal,
    });
    const exitCode = await this.orLost(running).finally(() => {
      end.done();
      signal.removeEventListener('abort', stop);
    });
    await this.orLost(this.cleanUp());
    if (this.isClosed) throw new TaskFailure('AGENT_STOPPED', 'the keeper of the agent stopped');
    signal.throwIfAborted();
    return output.answer(exitCode, stdout);
  }

  private async cleanUp(): Promise<void> {
    if (this.isClean) return;
    await endLeftovers(this.runner, this.agent);
    this.isClean = true;
  }

  /** @throws {AgentLostError} in place of whatever went wrong: from then on the agent is not well */
  private async orLost<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (cause) {
      this.isLost = true;
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new AgentLostError(`the agent cannot run commands: ${message}`, { cause });
    }
  }
}
