import type { Json } from '@agentainer/core';

/** A result of a map's task after which the fake agent, as a reducer, takes up no more. */
export const ENOUGH = 'enough';

/**
 * What the fake agent is told to do with a task. Any other input is echoed, which makes a no-op of it.
 * `attempts`, where it is given, is up to which attempt it does so; later ones echo the input.
 */
export type FakeAgentTask = { attempts?: number } & (
  | { do: 'echo'; value: Json }
  /** Takes its time, and heeds its signal. */
  | { do: 'sleep'; ms: number }
  /** Does the same, and answers with {@link FakeAgentSpan}. */
  | { do: 'time'; ms: number }
  /** Ends as soon as so many others of them run in this agent, too; answers with how many they are. */
  | { do: 'meet'; others: number }
  /** Keeps the whole process busy; with `heartbeat` it says that it lives. */
  | { do: 'block'; ms: number; heartbeat?: boolean }
  | { do: 'fail'; code: string; message?: string; retryable?: boolean; retryAfterMs?: number }
  | { do: 'throw'; message: string }
  /** Drops its item. */
  | { do: 'drop' }
  /** Ends the process in the middle of the task. */
  | { do: 'crash'; exitCode?: number }
  /** Neither answers nor heeds its signal. */
  | { do: 'hang' }
  /** Answers with a result of that many bytes. */
  | { do: 'large'; bytes: number }
  /** Returns something that is no JSON. */
  | { do: 'unwritable' }
  /** Reports this as its progress. */
  | { do: 'report'; value: Json }
  /** Runs a script of the shell, whose output is captured or inherited; answers with its exit code. */
  | { do: 'run'; script: string; inherit?: boolean }
  /** Answers with a result that nests that many levels deep. */
  | { do: 'deep'; levels: number }
  /** Sends this text as the whole body of its answer. */
  | { do: 'garbage'; text: string }
  /** Adds 1 to a key of the run's state, after `ms` where that is given, and answers with the sum. */
  | { do: 'count'; key: string; ms?: number }
  /** Calls a method of the run's state, and answers with what that gave. */
  | { do: 'state'; call: FakeAgentStateCall; arguments: Json[] }
  /** Starts a job with this input, and answers with what was started; with `failAfter` its first attempt fails after that. */
  | { do: 'start'; image: string; step_id?: string; input: Json; failAfter?: boolean }
  | { do: 'start workflow'; workflow: string; input: Json }
  /** Asks for a secret, and answers with it in several forms; with `as: 'error'` it throws it. */
  | { do: 'secret'; name: string; as?: 'error' }
  /**
   * Prints so many lines, one after another with `everyMs` between them, then a line on standard error with a secret where it is to, in
   * two pieces; answers with the number of lines, or fails with `as: 'error'`.
   */
  | { do: 'print'; lines: number; everyMs?: number; secret?: string; as?: 'error' }
  /** Keeps so many bytes of memory from now on. */
  | { do: 'keep'; bytes: number }
  /** Its clean-up takes that long when it ends. */
  | { do: 'linger'; ms: number }
  /** Leaves a file in its scratch, a process and so much memory to the next task; answers with the process's id. */
  | { do: 'leave'; megabytes?: number }
  /** Answers with {@link FakeAgentTraces}: what others left. */
  | { do: 'look'; pid: number }
  /** Answers with {@link FakeAgentFacts}. */
  | { do: 'describe' }
);

export type FakeAgentStateCall =
  'get' | 'set' | 'increment' | 'append' | 'addToSet' | 'removeFromSet' | 'compareAndSwap';

/** When an attempt was at work, by the clock of its agent, in milliseconds since 1970. */
export interface FakeAgentSpan {
  from: number;
  to: number;
}

/** Who ran the task. */
export interface FakeAgentFacts {
  pid: number;
  uid: number;
  /** How many tasks this agent has begun, this one included. */
  tasks: number;
  task: Json;
  environment: Json;
}

/** What a task finds that an earlier one left. */
export interface FakeAgentTraces {
  /** The names in its scratch. */
  files: string[];
  /** Whether the process goes on. */
  runs: boolean;
  megabytes: number;
  /** How many tasks this agent has begun, this one included. */
  tasks: number;
}
