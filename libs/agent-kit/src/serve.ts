import { setTimeout as sleep } from 'node:timers/promises';
import { AgentServer } from './agent-server.js';
import { captureOutput } from './capture-output.js';
import { TaskCleaner } from './task-cleaner.js';
import { agentConcurrency, agentDirectory, cleanerOptions } from './config.js';
import { forwardToProxy } from './egress-forwarder.js';
import type { Dispatch, Handler, Handlers } from './handler.js';

/** How long an agent goes on without a request before it takes its host for gone, in milliseconds. */
export const IDLE_EXIT_MS = 600_000;
/** How long the end of the process waits for the end of its task, in milliseconds. */
const STOP_MS = 800;

export interface ServeOptions {
  /** Where the sockets are; by default what the host says. */
  directory?: string;
  /** The process ends after so many milliseconds without a request, health checks included; 0 for never. */
  idleExitMs?: number;
  /**
   * What is left to do when the agent ends, such as saving or giving back what it holds: called once, after its task,
   * with as much time as the pool's `stop_grace` allows from SIGTERM on.
   */
  cleanUp?: () => Promise<void> | void;
}

/**
 * Makes this process an agent: resolves when it takes tasks.
 *
 * ```ts
 * import { serve } from '@agentainer/agent-kit';
 *
 * await serve(async (text: string, { state }) => {
 *   const words = text.split(/\s+/).length;
 *   await state.increment('words', words);
 *   return { words };
 * });
 * ```
 *
 * What a task prints (`console`, `process.stdout`, `process.stderr`) goes to its log, and nowhere else.
 *
 * An agent runs one task at a time, or as many as the `agent_concurrency` of its pool says, and may run many one after
 * another. Whenever none runs, its scratch (`/tmp`) is emptied and processes are ended that tasks left. What a handler leaves in memory is there for the next task; where it
 * is too much, the agent is replaced. Processes that all tasks need are started before `serve`. SIGTERM and SIGINT abort
 * the tasks that run and end the process.
 */
export async function serve<Input>(handler: Handler<Input>, options?: ServeOptions): Promise<void>;
/**
 * With a handler for each kind of step: `serve({ map: …, reduce: … })`.
 * @throws {TypeError} for both of `reduce` and `reduceStream`
 */
export async function serve<Sequential, Item>(
  handlers: Handlers<Sequential, Item>,
  options?: ServeOptions,
): Promise<void>;
export async function serve(
  handlers: Handler<never> | Handlers<never, never>,
  options: ServeOptions = {},
): Promise<void> {
  const directory = options.directory ?? agentDirectory();
  const toClean = cleanerOptions();
  const cleaner = toClean && new TaskCleaner(toClean);
  const server = new AgentServer(dispatchTo(handlers), directory, cleaner, agentConcurrency());
  let ending: Promise<never> | undefined;
  const stop = () => {
    ending ??= end(server, options.cleanUp);
  };
  captureOutput();
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  await forwardToProxy(directory);
  await server.listen();
  const idleExitMs = options.idleExitMs ?? IDLE_EXIT_MS;
  if (idleExitMs > 0) whenIdle(server, idleExitMs, stop);
}

async function end(server: AgentServer, cleanUp: ServeOptions['cleanUp']): Promise<never> {
  await Promise.race([server.close(), sleep(STOP_MS)]);
  try {
    await cleanUp?.();
    process.exit(0);
  } catch (error) {
    console.error('the agent could not clean up', error);
    process.exit(1);
  }
}

function dispatchTo(handlers: Handler<never> | Handlers<never, never>): Dispatch {
  if (typeof handlers === 'function') return () => handlers;
  const { reduceStream: stream, ...others } = handlers;
  if (!stream) return (kind) => others[kind];
  if (others.reduce) throw new TypeError('an agent has reduce or reduceStream, not both');
  return (kind) => (kind === 'reduce' ? { stream } : others[kind]);
}

function whenIdle(server: AgentServer, idleExitMs: number, stop: () => void): void {
  const check = () => {
    if (server.idleMs >= idleExitMs) stop();
  };
  setInterval(check, Math.max(10, idleExitMs / 10)).unref();
}
