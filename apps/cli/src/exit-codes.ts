import {
  ApiError,
  BodyTooLargeError,
  ForbiddenError,
  InvalidInputApiError,
  NotFoundApiError,
  ServiceUnavailableError,
  UnauthenticatedError,
  UnreachableError,
} from '@agentainer/sdk';

/** What the command's exit code tells; `agentainer --help` shows the same list. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  badInput: 2,
  notFound: 3,
  runFailed: 4,
  noServer: 5,
} as const;

/** The command line, or a file that it names, is not what the command needs. */
export class UsageError extends Error {}

/** What the command speaks of is not there. */
export class MissingError extends Error {}

/** The run that the command waited for did not complete. */
export class RunFailedError extends Error {}

/** The exit code that goes with an error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.badInput;
  if (error instanceof InvalidInputApiError || error instanceof BodyTooLargeError) return EXIT.badInput;
  if (error instanceof NotFoundApiError || error instanceof MissingError) return EXIT.notFound;
  if (error instanceof RunFailedError) return EXIT.runFailed;
  const classes = [UnreachableError, UnauthenticatedError, ForbiddenError, ServiceUnavailableError];
  return classes.some((Class) => error instanceof Class) ? EXIT.noServer : EXIT.unexpected;
}

/** An error as one line, with the fields that it names. */
export function errorLine(error: unknown): string {
  if (error instanceof ApiError && error.faults.length > 0) {
    return error.faults.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}
