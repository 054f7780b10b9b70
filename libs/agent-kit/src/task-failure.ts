export interface TaskFailureOptions extends ErrorOptions {
  /** Whether another attempt may succeed; true where it is left out. */
  retryable?: boolean;
  /** What helps to understand the failure, such as the end of a log; the stack where it is left out. */
  detail?: string;
}

/** Thrown by a handler to fail its task with a code of its own, 1 to 64 characters long. */
export class TaskFailure extends Error {
  readonly retryable: boolean;
  readonly detail: string | undefined;

  constructor(
    readonly code: string,
    message: string,
    options: TaskFailureOptions = {},
  ) {
    super(message, options);
    this.name = 'TaskFailure';
    this.retryable = options.retryable ?? true;
    this.detail = options.detail;
  }
}
