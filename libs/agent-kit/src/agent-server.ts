import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { GATEWAY_SOCKET } from '@agentainer/contracts/agent-paths';
import { readBody } from './body.js';
import { GatewayClient } from './gateway-client.js';
import type { Dispatch, Handler, StreamHandler } from './handler.js';
import { OutcomeStream, readStreamedRequest } from './streamed-request.js';
import { resultLine } from './task-answer.js';
import { TaskCalls } from './task-calls.js';
import { TaskFailure } from './task-failure.js';
import { parseTaskRequest, TaskRequestError } from './task-request.js';
import type { TaskCleaner } from './task-cleaner.js';
import { tellSecret } from './task-secret.js';
import { type ReadTask, type TaskRun, TaskServer, type TaskWork } from './task-server.js';
import { AgentStoppedError } from './task-slot.js';
import { startsThrough } from './task-starts.js';
import { GatewayState } from './task-state.js';

/** The longest task request, in bytes. */
export const MAX_REQUEST_BYTES = 256 * 1_024 * 1_024;
/** How long a handler may take to end its task where its agent stops, in milliseconds; less than its process goes on for. */
const HEED_MS = 500;

interface InputTask extends ReadTask {
  input: unknown;
}

/** Serves an agent whose tasks are done by handlers. */
export class AgentServer {
  private readonly gateway: GatewayClient;
  private readonly tasks: TaskServer<InputTask>;

  /** @param concurrency tasks at once, at most */
  constructor(dispatch: Dispatch, directory: string, cleaner?: TaskCleaner, concurrency = 1) {
    this.gateway = new GatewayClient(join(directory, GATEWAY_SOCKET));
    this.tasks = new TaskServer(new HandlerWork(dispatch, this.gateway, cleaner), directory, concurrency);
  }

  /** Resolves when the socket is there: a worker that sees it can use it. */
  listen(): Promise<void> {
    return this.tasks.listen();
  }

  /** Takes no more tasks and aborts those that run; resolves when the last connection has ended. */
  close(): Promise<void> {
    const closed = this.tasks.close();
    this.gateway.close();
    return closed;
  }

  /** Milliseconds since the last request or the end of its task; 0 while a task runs. */
  get idleMs(): number {
    return this.tasks.idleMs;
  }
}

/** Gives each task to the handler of its kind. */
class HandlerWork implements TaskWork<InputTask> {
  readonly clean?: () => Promise<boolean>;

  constructor(
    private readonly dispatch: Dispatch,
    private readonly gateway: GatewayClient,
    cleaner: TaskCleaner | undefined,
  ) {
    this.clean = cleaner && (() => cleaner.run());
  }

  /** Requests are read whole, but where the outcomes of a reduce step are wanted while they come. */
  async read(message: IncomingMessage): Promise<InputTask> {
    if (!isStreamHandler(this.dispatch('reduce')))
      return parseTaskRequest(await readBody(message, MAX_REQUEST_BYTES));
    const request = await readStreamedRequest(message, MAX_REQUEST_BYTES);
    const { input } = request;
    return input instanceof OutcomeStream ? { ...request, drain: () => input.drain() } : request;
  }

  async perform({ task, input }: InputTask, { signal, heartbeat, progress, log }: TaskRun): Promise<string> {
    const handler = this.dispatch(task.kind);
    if (!handler) {
      const message = `this agent has no handler for ${task.kind} steps`;
      throw new TaskFailure('STEP_KIND_UNSUPPORTED', message, { retryable: false });
    }
    const calls = new TaskCalls(this.gateway, task, signal);
    const secret = (name: string) => tellSecret(calls, name);
    const state = new GatewayState(calls);
    const reports = { heartbeat, progress, log: log.line, capture: log.capture };
    const context = { task, signal, state, secret, ...startsThrough(calls), ...reports };
    const unheeded = unheededStop(signal);
    if (!isStreamHandler(handler))
      return resultLine(await Promise.race([handler(input as never, context), unheeded]));
    if (!(input instanceof OutcomeStream)) throw new TaskRequestError('the input of a reduce step is a list');
    return resultLine(await Promise.race([handler.stream(input.outcomes(signal), context), unheeded]));
  }
}

/** Rejects where the agent stops and its handler goes on all the same: the worker is told before the process ends. */
function unheededStop(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const giveUp = () => {
      if (signal.reason instanceof AgentStoppedError)
        setTimeout(() => reject(signal.reason as Error), HEED_MS);
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp);
  });
}

function isStreamHandler(handler: Handler<never> | StreamHandler | undefined): handler is StreamHandler {
  return typeof handler === 'object';
}
