import { randomUUID } from 'node:crypto';
import { chmod, rename, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { AGENT_SOCKET, GATEWAY_SOCKET } from '@agentainer/contracts/agent-paths';
import type { Health, TaskRequest } from '@agentainer/contracts';
import { BodyTooLargeError, readBody } from './body.js';
import { GatewayClient } from './gateway-client.js';
import type { AgentContext, Dispatch, Handler, StreamHandler } from './handler.js';
import { Heartbeats } from './heartbeats.js';
import { LinesAhead } from './lines-ahead.js';
import { Progress } from './progress.js';
import { OutcomeStream, readStreamedRequest } from './streamed-request.js';
import { problemLine, resultLine } from './task-answer.js';
import { TaskFailure } from './task-failure.js';
import { TaskLog } from './task-log.js';
import { parseTaskRequest, TaskRequestError } from './task-request.js';
import { type RunningTask, TaskAbortedError, TaskSlot } from './task-slot.js';
import { TaskCalls } from './task-calls.js';
import { tellSecret } from './task-secret.js';
import { startsThrough } from './task-starts.js';
import { GatewayState } from './task-state.js';

/** The longest task request, in bytes. */
export const MAX_REQUEST_BYTES = 256 * 1_024 * 1_024;
/** As long as `agent.sock`, so that a directory whose path is short enough for that one is for this one too. */
const UNFINISHED_SOCKET = '.agent.new';
const TASK_PATH = '/tasks/';

/** Serves the agent protocol on the socket of one directory. */
export class AgentServer {
  private readonly bootId = randomUUID();
  private readonly slot = new TaskSlot();
  private readonly gateway: GatewayClient;
  private readonly server: Server;
  private lastRequestAt = performance.now();
  private closing: Promise<void> | undefined;

  constructor(
    private readonly dispatch: Dispatch,
    private readonly directory: string,
  ) {
    this.gateway = new GatewayClient(join(directory, GATEWAY_SOCKET));
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

  /** Takes no more tasks and aborts the one that runs; resolves when the last connection has ended. */
  close(): Promise<void> {
    this.closing ??= new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeIdleConnections();
      this.slot.abort('the agent stops');
      this.gateway.close();
    });
    return this.closing;
  }

  /** Milliseconds since the last request or the end of its task; 0 while a task runs. */
  get idleMs(): number {
    return this.slot.isBusy ? 0 : performance.now() - this.lastRequestAt;
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '' } = request;
    if (method === 'POST' && url === '/tasks') return this.postTask(request, response);
    request.resume();
    if (method === 'GET' && url === '/health') {
      const health: Health = { status: 'ok', boot_id: this.bootId };
      return send(response, 200, 'application/json', JSON.stringify(health));
    }
    if (method === 'DELETE' && url.startsWith(TASK_PATH)) {
      const found = this.slot.abort('the task was cancelled', url.slice(TASK_PATH.length));
      if (found) return send(response, 204, 'application/json', '');
    }
    refuse(response, 404, 'NOT_FOUND', `there is no ${method} ${url}`);
  }

  private async postTask(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body: ReadRequest;
    try {
      body = await this.read(request);
    } catch (error) {
      return refuseBody(response, error);
    }
    const admission = this.slot.admit(body.task.id, body.lease.epoch);
    if (admission.kind !== 'admitted') {
      if (admission.kind === 'stale') refuse(response, 409, 'STALE_LEASE', 'a newer lease was seen');
      else refuse(response, 409, 'AGENT_BUSY', 'another task runs');
      return leave(body);
    }
    const { task } = admission;
    response.on('close', () => {
      if (!response.writableEnded) task.abort.abort(new TaskAbortedError('the worker went away'));
    });
    const lines = new LinesAhead(response);
    const heartbeats = new Heartbeats(lines, body.task.heartbeat_ms);
    const progress = new Progress(lines);
    const log = new TaskLog(lines);
    const reports = {
      heartbeat: heartbeats.beat,
      progress: progress.report,
      log: log.line,
      capture: log.capture,
    };
    const line = await log.during(() => this.perform(task, body, reports));
    heartbeats.stop();
    progress.stop();
    this.slot.leave(task);
    this.lastRequestAt = performance.now();
    if (!(body.input instanceof OutcomeStream)) return send(response, 200, 'application/x-ndjson', line);
    // The input may go on for long: told the answer, the worker ends it, and the connection can be used again.
    lines.send(line);
    await leave(body);
    response.end();
  }

  /** Requests are read whole, but where the outcomes of a reduce step are wanted while they come. */
  private async read(request: IncomingMessage): Promise<ReadRequest> {
    return isStreamHandler(this.dispatch('reduce'))
      ? readStreamedRequest(request, MAX_REQUEST_BYTES)
      : parseTaskRequest(await readBody(request, MAX_REQUEST_BYTES));
  }

  private async perform(
    { abort: { signal } }: RunningTask,
    { task, input }: ReadRequest,
    reports: Pick<AgentContext, 'heartbeat' | 'progress' | 'log' | 'capture'>,
  ): Promise<string> {
    try {
      const handler = this.dispatch(task.kind);
      if (!handler) {
        const message = `this agent has no handler for ${task.kind} steps`;
        throw new TaskFailure('STEP_KIND_UNSUPPORTED', message, { retryable: false });
      }
      const calls = new TaskCalls(this.gateway, task, signal);
      const secret = (name: string) => tellSecret(calls, name);
      const state = new GatewayState(calls);
      const context = { task, signal, state, secret, ...startsThrough(calls), ...reports };
      if (!isStreamHandler(handler)) return resultLine(await handler(input as never, context));
      if (!(input instanceof OutcomeStream))
        throw new TaskRequestError('the input of a reduce step is a list');
      return resultLine(await handler.stream(input.outcomes(signal), context));
    } catch (error) {
      if (!signal.aborted) return problemLine(error);
      return problemLine(new TaskFailure('TASK_CANCELLED', (signal.reason as Error).message));
    }
  }
}

type ReadRequest = Omit<TaskRequest, 'input'> & { input: unknown };

/** Reads what is left of a body, so that its connection can be used again. What comes of it is nobody's fault. */
async function leave({ input }: ReadRequest): Promise<void> {
  if (input instanceof OutcomeStream) await input.drain().catch(() => undefined);
}

function isStreamHandler(handler: Handler<never> | StreamHandler | undefined): handler is StreamHandler {
  return typeof handler === 'object';
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
