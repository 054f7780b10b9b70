import { AgentainerError } from '@agentainer/core';

/** Another living process works on the data directory. */
export class AlreadyRunningError extends AgentainerError {
  readonly code = 'ALREADY_RUNNING';

  constructor(
    readonly directory: string,
    readonly pid: number,
  ) {
    super(`${directory} is in use by process ${pid}; end it first, or choose another data directory`);
  }
}

/** A private child did not start, or ended by itself. */
export class ChildFailedError extends AgentainerError {
  readonly code = 'CHILD_FAILED';

  constructor(
    readonly child: string,
    readonly reason: string,
    /** The end of its log. */
    readonly log: string,
  ) {
    super(log ? `${child} ${reason}:\n${log}` : `${child} ${reason}`);
  }
}

/** A program that the machine lacks. */
export class NotInstalledError extends AgentainerError {
  readonly code = 'NOT_INSTALLED';
}

/** The container engine refused a request or did not answer. */
export class EngineRequestError extends AgentainerError {
  readonly code = 'ENGINE_REQUEST';
}
