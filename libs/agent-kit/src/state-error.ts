/** A call at the gateway was refused or could not be made. */
export class StateError extends Error {
  constructor(
    /** The gateway's code, or `GATEWAY_UNREACHABLE` or `GATEWAY_PROTOCOL`. */
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The task has a newer attempt, or has ended: what this one does is no longer wanted. */
export class StaleAttemptError extends StateError {
  constructor(message: string) {
    super('STALE_ATTEMPT', message);
  }
}
