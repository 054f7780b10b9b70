import { constants } from 'node:os';

export interface TaskFailureOptions extends ErrorOptions {
  /** Whether another attempt may succeed; true where it is left out. */
  retryable?: boolean;
  /** Milliseconds before which another attempt makes no sense, such as what a server asked for with `Retry-After`. */
  retryAfterMs?: number;
  /** What helps to understand the failure, such as the end of a log; the stack where it is left out. */
  detail?: string;
}

/** How a program ended, as `child_process` tells it. */
export interface ProgramExit {
  code: number | null;
  signal?: NodeJS.Signals | null;
  /** What it wrote to its standard error; the end of it is kept. */
  stderr?: string;
}

/** Thrown by a handler to fail its task with a code of its own, 1 to 64 characters long. */
export class TaskFailure extends Error {
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly detail: string | undefined;

  constructor(
    readonly code: string,
    message: string,
    options: TaskFailureOptions = {},
  ) {
    super(message, options);
    this.name = 'TaskFailure';
    this.retryable = options.retryable ?? true;
    this.retryAfterMs = options.retryAfterMs;
    this.detail = options.detail;
  }

  /**
   * The failure of a program that a handler ran: its code is `EXIT_<code>`, which a retry policy may name. A signal
   * counts as shells count it, 128 and its number.
   */
  static ofExit({ code, signal, stderr }: ProgramExit): TaskFailure {
    const number = code ?? 128 + (signal ? constants.signals[signal] : 0);
    const how = code === null && signal ? `was ended by ${signal}` : `ended with ${number}`;
    return new TaskFailure(`EXIT_${number}`, `the program ${how}`, { detail: stderr });
  }
}
