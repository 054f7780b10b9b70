import { type Problem, type ProblemCode } from '@agentainer/contracts';

/** The server refused a request, and says why. Its subclasses are the reasons that a caller may act on. */
export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = new.target.name;
  }

  get status(): number {
    return this.problem.status;
  }

  get code(): string {
    return this.problem.code;
  }

  /** Every fault of the input, each with its place. */
  get faults(): readonly { path: string; message: string }[] {
    return this.problem.errors ?? [];
  }
}

/** The input breaks a rule; `faults` names each place. */
export class InvalidInputApiError extends ApiError {}
/** The key is missing, wrong, or revoked. */
export class UnauthenticatedError extends ApiError {}
/** The key does not have the scope that this needs. */
export class ForbiddenError extends ApiError {}
/** Nothing exists under that id. */
export class NotFoundApiError extends ApiError {}
/** The request does not fit the present state of what it names. */
export class ConflictApiError extends ApiError {}
/** The request is larger than the server takes. */
export class BodyTooLargeError extends ApiError {}
/** As many runs are under way as the server allows; try again once some have ended. */
export class QueueFullApiError extends ApiError {}
/** The server cannot serve now, and still could not after the last retry. */
export class ServiceUnavailableError extends ApiError {}
/** The server failed. */
export class ServerError extends ApiError {}

/** No answer came: the server is not there, or the connection broke, or the time was over. */
export class UnreachableError extends Error {
  readonly code = 'UNREACHABLE';

  constructor(
    readonly url: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`cannot reach ${url}: ${reason}`, options);
    this.name = 'UnreachableError';
  }
}

/** Something answered that does not speak this API: another server, or one of another version. */
export class UnexpectedAnswerError extends Error {
  readonly code = 'UNEXPECTED_ANSWER';

  constructor(
    readonly url: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`unexpected answer from ${url}: ${reason}`, options);
    this.name = 'UnexpectedAnswerError';
  }
}

/** The run had not ended when the caller's time was over. It goes on. */
export class WaitTimeoutError extends Error {
  readonly code = 'WAIT_TIMEOUT';

  constructor(
    readonly runId: string,
    readonly timeoutMs: number,
  ) {
    super(`run ${runId} did not end within ${timeoutMs} ms`);
    this.name = 'WaitTimeoutError';
  }
}

const CLASSES: Record<ProblemCode, typeof ApiError> = {
  INVALID_INPUT: InvalidInputApiError,
  INVALID_JSON: InvalidInputApiError,
  BAD_REQUEST: InvalidInputApiError,
  UNAUTHENTICATED: UnauthenticatedError,
  FORBIDDEN: ForbiddenError,
  NOT_FOUND: NotFoundApiError,
  METHOD_NOT_ALLOWED: ApiError,
  CONFLICT: ConflictApiError,
  IDEMPOTENCY_KEY_BUSY: ConflictApiError,
  IDEMPOTENCY_KEY_REUSED: ConflictApiError,
  BODY_TOO_LARGE: BodyTooLargeError,
  UNSUPPORTED_MEDIA_TYPE: ApiError,
  QUEUE_FULL: QueueFullApiError,
  INTERNAL: ServerError,
  UNAVAILABLE: ServiceUnavailableError,
};

/** The error of a problem; an {@link ApiError} for a code that is new to this client. */
export function apiError(problem: Problem): ApiError {
  const Class = Object.hasOwn(CLASSES, problem.code) ? CLASSES[problem.code as ProblemCode] : ApiError;
  return new Class(problem);
}
