import { randomUUID } from 'node:crypto';
import { chmod, rename, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { AGENT_SOCKET } from '@agentainer/contracts/agent-paths';
import type { Health, TaskRequest } from '@agentainer/contracts';
import { BodyTooLargeError } from './body.js';
import { Heartbeats } from './heartbeats.js';
import { LinesAhead } from './lines-ahead.js';
import { Progress } from './progress.js';
import { cleanLine, problemLine } from './task-answer.js';
import { TaskFailure } from './task-failure.js';
import { TaskLog } from './task-log.js';
import { TaskRequestError } from './task-request.js';
import { AgentStoppedError, type RunningTask, TaskAbortedError } from './task-slot.js';
import { TaskSlots } from './task-slots.js';

/** As long as `agent.sock`, so that a directory whose path is short enough for that one is for this one too. */
const UNFINISHED_SOCKET = '.agent.new';
const TASK_PATH = '/tasks/';

/** A request whose task can be admitted. */
export interface ReadTask extends Pick<TaskRequest, 'lease' | 'task'> {
  /** Takes what is left of its body, where it was not read whole, so that its connection can be used again. */
  drain?: () => Promise<void>;
}

/** What a task has of the connection that it came over. */
export interface TaskRun {
  /** Aborts when the task is no longer wanted. */
  readonly signal: AbortSignal;
  readonly heartbeat: () => void;
  readonly progress: (value: unknown) => void;
  /** What the task prints. */
  readonly log: TaskLog;
}

/** What an agent does with the tasks that it is given. */
export interface TaskWork<Request extends ReadTask> {
  /** As much of a request as it takes to admit its task. @throws {TaskRequestError} or {@link BodyTooLargeError} */
  read(message: IncomingMessage): Promise<Request>;
  /**
   * Does a task: the line that it ends with. What it throws becomes that line, but for an {@link AgentLostError}: then
   * the connection closes without an answer.
   */
  perform(request: Request, run: TaskRun): Promise<string>;
  /** Sees to it that a task that has ended leaves nothing to the next one: whether it left nothing. Left out where nobody can tell. */
  clean?(): Promise<boolean>;
  /** Whether the agent can be used; where it is left out, one that answers can. */
  isWell?(): Promise<boolean>;
}

/** What runs the task is gone, or in a state that nobody knows: whoever asked for it has to find another agent. */
export class AgentLostError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AgentLostError';
  }
}

/** Serves the agent protocol on the socket of one directory. */
export class TaskServer<Request extends ReadTask> {
  private readonly bootId = randomUUID();
  private readonly slots: TaskSlots;
  /** Handlers that have not ended. */
  private atWork = 0;
  /** What goes on between the last of them and the next. */
  private cleaning: Promise<unknown> = Promise.resolve();
  private readonly server: Server;
  private lastRequestAt = performance.now();
  private closing: Promise<void> | undefined;

  constructor(
    private readonly work: TaskWork<Request>,
    private readonly directory: string,
    private readonly concurrency = 1,
  ) {
    this.slots = new TaskSlots(concurrency);
    // Both 0: a worker keeps its connection while it holds the lease, and a task takes as long as it takes.
    this.server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
      this.lastRequestAt = performance.now();
      this.route(request, response).catch(() => response.destroy());
    });
  }

  /** Resolves when the socket is there: a worker that sees it can use it. */
  async listen(): Promise<void> {
    const unfinished = join(this.directory, UNFINISHED_SOCKET);
    await rm(unfinished, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(unfinished, resolve);
    });
    // The worker may be another user than the agent; who reaches the directory is the host's decision.
    await chmod(unfinished, 0o666);
    await rename(unfinished, join(this.directory, AGENT_SOCKET));
  }

  /** Takes no more tasks and aborts those that run; resolves when the last connection has ended. */
  close(): Promise<void> {
    this.closing ??= new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeIdleConnections();
      this.slots.abort(new AgentStoppedError());
    });
    return this.closing;
  }

  /** Ends the connections that are left. */
  cut(): void {
    this.server.closeAllConnections();
  }

  /** Milliseconds since the last request or the end of its task; 0 while a task runs. */
  get idleMs(): number {
    return this.slots.isBusy ? 0 : performance.now() - this.lastRequestAt;
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '' } = request;
    if (method === 'POST' && url === '/tasks') return this.postTask(request, response);
    request.resume();
    if (method === 'GET' && url === '/health') return this.tellHealth(response);
    if (method === 'DELETE' && url.startsWith(TASK_PATH)) {
      const cancelled = new TaskAbortedError('the task was cancelled');
      const found = this.slots.abort(cancelled, url.slice(TASK_PATH.length));
      if (found) return send(response, 204, 'application/json', '');
    }
    refuse(response, 404, 'NOT_FOUND', `there is no ${method} ${url}`);
  }

  private async tellHealth(response: ServerResponse): Promise<void> {
    if (this.closing || (this.work.isWell && !(await this.work.isWell())))
      return refuse(response, 503, 'UNAVAILABLE', 'the agent cannot run tasks');
    const health: Health = { status: 'ok', boot_id: this.bootId };
    send(response, 200, 'application/json', JSON.stringify(health));
  }

  private async postTask(message: IncomingMessage, response: ServerResponse): Promise<void> {
    let request: Request;
    try {
      request = await this.work.read(message);
    } catch (error) {
      return refuseBody(response, error);
    }
    if (this.closing) {
      send(response, 200, 'application/x-ndjson', abortedLine(new AgentStoppedError()));
      return leave(request);
    }
    const { slot = 0, epoch } = request.lease;
    const admission = this.slots.admit(slot, request.task.id, epoch);
    if (!admission) {
      refuse(
        response,
        409,
        'AGENT_BUSY',
        `the agent serves ${this.concurrency} tasks at once, from slot 0 on`,
      );
      return leave(request);
    }
    if (admission.kind !== 'admitted') {
      if (admission.kind === 'stale') refuse(response, 409, 'STALE_LEASE', 'a newer lease was seen');
      else refuse(response, 409, 'AGENT_BUSY', 'another task runs');
      return leave(request);
    }
    const { task } = admission;
    response.on('close', () => {
      if (!response.writableEnded) task.abort.abort(new TaskAbortedError('the worker went away'));
    });
    const lines = new LinesAhead(response);
    const performed = this.perform(request, lines, task.abort.signal);
    // What a task left is no other's, so it is done with before the next one can come.
    const line = await performed
      .then((ended) => this.cleaned(task, ended))
      .finally(() => {
        this.slots.leave(task);
        this.lastRequestAt = performance.now();
      });
    if (!request.drain) return send(response, 200, 'application/x-ndjson', line);
    // The input may go on for long: told the answer, the worker ends it, and the connection can be used again.
    lines.send(line);
    await leave(request);
    response.end();
  }

  private async cleaned(task: RunningTask, line: string): Promise<string> {
    // One that stops runs no other task.
    if (!this.work.clean || this.closing) return line;
    if (!this.slots.isAlone(task)) return cleanLine(line, false);
    // What tasks that ended beside others left is done with when the last of those has ended.
    if (this.atWork > 0) return cleanLine(line, true);
    const cleaned = this.work.clean();
    this.cleaning = cleaned.catch(() => undefined);
    return cleanLine(line, await cleaned);
  }

  private async perform(request: Request, lines: LinesAhead, signal: AbortSignal): Promise<string> {
    this.atWork += 1;
    await this.cleaning;
    const isWell = this.work.isWell && (() => this.work.isWell!());
    const heartbeats = new Heartbeats(lines, request.task.heartbeat_ms, isWell);
    const progress = new Progress(lines);
    const log = new TaskLog(lines);
    try {
      const run = { signal, heartbeat: heartbeats.beat, progress: progress.report, log };
      return await log.during(() => this.work.perform(request, run));
    } catch (error) {
      if (error instanceof AgentLostError) throw error;
      return signal.aborted ? abortedLine(signal.reason as TaskAbortedError) : problemLine(error);
    } finally {
      heartbeats.stop();
      progress.stop();
      this.atWork -= 1;
    }
  }
}

/** Reads what is left of a body, so that its connection can be used again. What comes of it is nobody's fault. */
async function leave({ drain }: ReadTask): Promise<void> {
  await drain?.().catch(() => undefined);
}

function abortedLine({ code, message }: TaskAbortedError): string {
  return problemLine(new TaskFailure(code, message));
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  // With heartbeats sent, the head of the answer is too.
  if (response.headersSent) return void response.end(body);
  response.sendDate = false;
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function refuse(response: ServerResponse, status: number, code: string, detail: string): void {
  const problem = { type: 'about:blank', title: code, status, code, detail };
  send(response, status, 'application/problem+json', JSON.stringify(problem));
}

/** The rest of the body may still be coming, so the connection cannot be used again. */
function refuseBody(response: ServerResponse, error: unknown): void {
  response.shouldKeepAlive = false;
  if (error instanceof BodyTooLargeError) return refuse(response, 413, 'BODY_TOO_LARGE', error.message);
  if (error instanceof TaskRequestError) return refuse(response, 400, 'INVALID_REQUEST', error.message);
  response.destroy();
}
