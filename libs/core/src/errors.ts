/** One fault of an input: where it is (a JSON path such as `steps[2].timeout`) and what is wrong. */
export interface Fault {
  path: string;
  message: string;
}

/** Every error that a caller may act on: a stable `code`, and fields instead of prose. */
export abstract class AgentainerError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The input breaks a rule; `faults` lists all of them, each with its place. */
export class InvalidInputError extends AgentainerError {
  readonly code = 'INVALID_INPUT';

  constructor(readonly faults: readonly Fault[]) {
    super(faults.map((f) => (f.path ? `${f.path}: ${f.message}` : f.message)).join('; '));
  }
}

/** Nothing exists under that id. */
export class NotFoundError extends AgentainerError {
  readonly code = 'NOT_FOUND';

  constructor(
    readonly entity: string,
    readonly id: string,
  ) {
    super(`${entity} ${id} does not exist`);
  }
}

/** The request does not fit the present state of what it names. */
export class ConflictError extends AgentainerError {
  readonly code = 'CONFLICT';
}

/** A part that the request needs is out of reach; the same request may succeed later. */
export class UnavailableError extends AgentainerError {
  readonly code = 'UNAVAILABLE';

  constructor(
    message: string,
    readonly retryAfterMs = 1_000,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** As much work is under way as is allowed; the same request may succeed once some of it has ended. */
export class QueueFullError extends AgentainerError {
  readonly code = 'QUEUE_FULL';

  constructor(
    message: string,
    readonly retryAfterMs = 5_000,
  ) {
    super(message);
  }
}

/** A state machine was asked for a transition that its table does not have. */
export class IllegalTransitionError extends AgentainerError {
  readonly code = 'ILLEGAL_TRANSITION';

  constructor(
    readonly entity: string,
    readonly id: string,
    readonly from: string,
    readonly to: string,
  ) {
    super(`${entity} ${id} cannot go from ${from} to ${to}`);
  }
}
