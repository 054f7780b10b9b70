import type { TaskContext } from '@agentainer/contracts';
import type { LogStream, TaskOutcome } from '@agentainer/core';
import type { PrintingChild } from './task-log.js';
import type { TaskStarts } from './task-starts.js';
import type { TaskState } from './task-state.js';

/** What a handler gets beside its input. */
export interface AgentContext extends TaskStarts {
  /** Which task this is, of which run, and the how-manieth attempt. */
  readonly task: TaskContext;
  /** Aborts when the task is no longer wanted: its time is over, its worker is gone, or the agent stops. */
  readonly signal: AbortSignal;
  /** The state that all tasks of the run share. */
  readonly state: TaskState;
  /**
   * The value of a secret that the step names (`secrets`). What the task results in is kept without it.
   * @throws {StateError} `SECRET_NOT_ALLOWED` or `SECRET_NOT_FOUND`
   */
  readonly secret: (name: string) => Promise<string>;
  /**
   * Says that the task makes progress. Only needed by handlers that keep the event loop busy for longer than their
   * step's `heartbeat_timeout`; while it lives, heartbeats go out by themselves.
   */
  readonly heartbeat: () => void;
  /**
   * Reports an intermediate result: the latest one can be read from outside while the task runs. May be called often.
   * Throws where it is no JSON, or more than 16 KiB of it.
   */
  readonly progress: (value: unknown) => void;
  /** Writes a line to the task's log, as `console.log` does. */
  readonly log: (line: string, stream?: LogStream) => void;
  /**
   * Has what a child process prints in the task's log: one with pipes for its output, such as `spawn` makes by itself. The
   * process is handed back, and its output may be read as before.
   */
  readonly capture: <Child extends PrintingChild>(child: Child) => Child;
}

/**
 * Does one task. What it returns becomes the task's result and must be JSON (`undefined` becomes null). What it
 * throws becomes the task's error; a {@link TaskFailure} gives that error its code.
 */
export type Handler<Input = unknown, Result = unknown> = (
  input: Input,
  context: AgentContext,
) => Result | Promise<Result>;

/** One handler for each kind of step that the agent can serve. */
export interface Handlers<Sequential = unknown, Item = unknown> {
  sequential?: Handler<Sequential>;
  /** Gets one item. May return {@link DROP}. */
  map?: Handler<Item>;
  /** Gets the outcomes of a map step, in the order of its items. */
  reduce?: Handler<TaskOutcome[]>;
  /**
   * In place of `reduce`: gets the same outcomes one after another while they come, for more of them than should be
   * held at once. They can be gone through once; what the handler leaves is not read. With `"stream": true` in its step
   * they come in the order in which the tasks of the map end, and a handler that returns before the last one has come
   * ends the map.
   */
  reduceStream?: Handler<AsyncIterable<TaskOutcome>>;
}

/** A handler that gets the outcomes while they come. */
export interface StreamHandler {
  stream: Handler<AsyncIterable<TaskOutcome>>;
}

/** The handler for a kind of step; undefined where the agent has none. */
export type Dispatch = (kind: TaskContext['kind']) => Handler<never> | StreamHandler | undefined;
