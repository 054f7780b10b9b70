import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AGENT_SOCKET } from '@agentainer/contracts/agent-paths';
import { agentEnvironment } from './config.js';

/** How long anything may take on a busy machine, in milliseconds. */
const DEADLINE_MS = 20_000;
const POLL_MS = 10;

/** How a program becomes an agent: what is run, and its environment beside what a host says. */
export interface AgentProgram {
  command: readonly string[];
  environment?: Record<string, string>;
}

export interface RequestedTask {
  input?: unknown;
  epoch?: number;
  slot?: number;
  task?: Record<string, unknown>;
}

/** A line of an agent's answer. */
export type AnswerLine = { type: string } & Record<string, unknown>;

export interface Answered {
  status: number;
  text: string;
  /** All lines, where it is an answer of lines. */
  lines: AnswerLine[];
  /** The last of them. */
  last: AnswerLine;
}

/** An agent as a process of its own, and the worker's end of its socket. */
export class AgentUnderTest {
  readonly directory = mkdtempSync(join(tmpdir(), 'af-kit-'));
  readonly scratch = join(this.directory, 'tmp');
  private readonly connections = new Agent({ keepAlive: true });
  private child: ChildProcess | undefined;
  private epoch = Date.now();

  constructor(private readonly program: AgentProgram) {
    mkdirSync(this.scratch);
  }

  /** Resolves when the agent's socket is there. */
  async start(environment: Record<string, string> = {}): Promise<ChildProcess> {
    const [command = '', ...args] = this.program.command;
    const host = {
      PATH: agentEnvironment().PATH ?? '',
      TMPDIR: this.scratch,
      AGENTAINER_SCRATCH: this.scratch,
    };
    const env = {
      ...host,
      AGENTAINER_DIRECTORY: this.directory,
      ...this.program.environment,
      ...environment,
    };
    const child = spawn(command, args, { cwd: this.directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (part: Buffer) => (printed += part.toString()));
    await this.until(() => {
      if (child.exitCode !== null) throw new Error(`the agent ended: ${printed}`);
      return existsSync(join(this.directory, AGENT_SOCKET));
    });
    return child;
  }

  /** Polls until it holds; fails at a deadline. */
  async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    for (const giveUpAt = performance.now() + DEADLINE_MS; !(await holds()); await sleep(POLL_MS))
      if (performance.now() > giveUpAt) throw new Error('it did not come about');
  }

  /** Has the agent do a task, under a lease of its own where none is said. */
  run(input: unknown, more: RequestedTask = {}): Promise<Answered> {
    return this.call('POST', '/tasks', this.requestOf({ input, ...more }));
  }

  /** Has the agent begin a task; resolves when it has, by its first heartbeat. */
  async begun(
    input: unknown,
    more: RequestedTask = {},
  ): Promise<{ answer: Promise<Answered>; leave(): void }> {
    const outgoing = this.begin();
    const begun = once(outgoing, 'response');
    const answer = answerTo(outgoing);
    outgoing.end(this.requestOf({ input, ...more, task: { heartbeat_ms: 20 } }));
    await begun;
    return { answer, leave: () => outgoing.destroy() };
  }

  /** The body of a task's request. */
  requestOf({ input, epoch, slot, task }: RequestedTask = {}): string {
    const lease = { id: 'lease', epoch: epoch ?? ++this.epoch, slot };
    const ids = { id: 'run.step.0', run_id: 'run', workflow_id: null, step: 'step', kind: 'map', index: 0 };
    return JSON.stringify({
      lease,
      task: { ...ids, attempt: 1, token: 't0ken', timeout_ms: 60_000, ...task },
      input,
    });
  }

  call(method: string, path: string, body?: string): Promise<Answered> {
    const outgoing = this.begin(method, path);
    outgoing.end(body);
    return answerTo(outgoing);
  }

  /** A request whose body is still to come. */
  begin(method = 'POST', path = '/tasks'): ClientRequest {
    const socketPath = join(this.directory, AGENT_SOCKET);
    return request({ socketPath, agent: this.connections, method, path });
  }

  /** Begins the request of a reduce task, up to its input. */
  beginReduce(more: RequestedTask = {}): ClientRequest {
    const outgoing = this.begin();
    const body = this.requestOf({ ...more, input: 0, task: { ...more.task, kind: 'reduce' } });
    outgoing.write(body.slice(0, -'0}'.length));
    return outgoing;
  }

  /** Has the agent end in order; how it ended. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals | null> {
    this.child?.kill(signal);
    return this.ended();
  }

  async ended(): Promise<number | NodeJS.Signals | null> {
    const child = this.child!;
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child.exitCode ?? child.signalCode;
  }

  async dispose(): Promise<void> {
    this.connections.destroy();
    if (this.child) await this.end('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The whole answer. */
export async function answerTo(outgoing: ClientRequest): Promise<Answered> {
  return wholeOf(((await once(outgoing, 'response')) as [IncomingMessage])[0]);
}

async function wholeOf(response: IncomingMessage): Promise<Answered> {
  let text = '';
  response.setEncoding('utf8');
  for await (const part of response) text += String(part);
  const status = response.statusCode ?? 0;
  const lines = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as AnswerLine);
  return { status, text, lines, last: lines.at(-1)! };
}

/** All that the lines tell of what was printed on a stream. */
export function printedOn(stream: string, lines: readonly AnswerLine[]): string {
  return lines
    .map((line) => (line.type === 'log' && line.stream === stream ? String(line.text) : ''))
    .join('');
}

/** The answer, of which nothing is read before it is time. */
export async function takenLate(outgoing: ClientRequest, time: Promise<void>): Promise<Answered> {
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  response.pause();
  await time;
  return wholeOf(response);
}
