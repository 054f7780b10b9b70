import { TASK_ERRORS, type TaskError } from '@agentainer/core';

/** How often a task may be lost until it is set aside. */
export interface LossBounds {
  /** With its agent or its worker, where it may be what ended that. */
  maxLost: number;
  /** With its agent: that one it shared with no other task. */
  maxAgentsLost: number;
  /** To something that was not the task: it was ended from outside, as its agent or its worker says. */
  maxInterrupted: number;
}

/** How long the message of an error is in a task's history; its outcome has the whole of the last one. */
const MAX_MESSAGE = 300;

/** An error as a task's history keeps it. */
export function inBrief({ code, message }: TaskError): string {
  return JSON.stringify({ code, message: message.slice(0, MAX_MESSAGE) });
}

/** The error of a task that is set aside, after an attempt that was lost like those before it. */
export function poison({ code, message }: TaskError): string {
  const error: TaskError = {
    code: 'POISON',
    message: `${TASK_ERRORS.POISON}; the last: ${code}: ${message}`,
  };
  return JSON.stringify(error);
}
