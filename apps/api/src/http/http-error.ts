import { AgentainerError } from '@agentainer/core';
import type { ProblemCode } from '@agentainer/contracts';

/** A fault of the request itself, before it reaches what it asks for. */
export class HttpError extends AgentainerError {
  constructor(
    readonly code: ProblemCode,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}
