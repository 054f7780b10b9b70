import { formatDuration, type TaskErrorCode } from '@agentainer/core';
import type { AttemptResult } from '@agentainer/engine';

type Failed = Extract<AttemptResult, { kind: 'failed' }>;

/** The attempt ended without its task having failed: the agent or the worker went away. */
export function lost(code: LossCode, message: string): AttemptResult {
  return { kind: 'lost', error: { code, message } };
}

/** An agent that is lost may have died of its task; one that was stopped, or was gone before, has not. */
type LossCode = TaskErrorCode & ('AGENT_LOST' | 'AGENT_STOPPED' | 'ATTEMPT_LOST');

/** The attempt was given up, and the agent has ended it. */
export function stopped(message: string): AttemptResult {
  return { kind: 'stopped', error: { code: 'ATTEMPT_LOST', message } };
}

/** The agent does not keep to the protocol, so that nothing it does can be relied on. */
export function protocolFault(message: string): Failed {
  return failed('AGENT_PROTOCOL', message, { retryable: true, suspect: true });
}

/** The agent works, but what it was given or gave cannot be used, and would not be the next time either. */
export function unusable(code: TaskErrorCode, message: string): Failed {
  return failed(code, message, { retryable: false, suspect: false });
}

/** Statuses of an agent that works, but not now. */
const BUSY: ReadonlySet<number> = new Set([429, 503]);

/** The agent answered with a status instead of the task's end. */
export function refused(status: number, message: string, retryAfterMs: number | undefined): Failed {
  const fault = failed(`HTTP_${status}`, message, { retryable: true, suspect: !BUSY.has(status) });
  return retryAfterMs === undefined ? fault : { ...fault, retryAfterMs };
}

export function resultTooLarge(maxResultBytes: number): Failed {
  return unusable('RESULT_TOO_LARGE', `the result is larger than ${maxResultBytes} bytes`);
}

export function timedOut(timeoutMs: number): AttemptResult {
  const message = `the attempt took longer than ${formatDuration(timeoutMs)}`;
  return { kind: 'timed_out', error: { code: 'TASK_TIMEOUT' satisfies TaskErrorCode, message } };
}

/** The agent gave no sign of life: it hangs, whatever its task would have needed. */
export function silent(heartbeatTimeoutMs: number): AttemptResult {
  const message = `the agent gave no sign of life for ${formatDuration(heartbeatTimeoutMs)}`;
  return { kind: 'timed_out', error: { code: 'HEARTBEAT_TIMEOUT' satisfies TaskErrorCode, message } };
}

function failed(
  code: TaskErrorCode | `HTTP_${number}`,
  message: string,
  flags: Pick<Failed, 'retryable' | 'suspect'>,
): Failed {
  return { kind: 'failed', error: { code, message }, ...flags };
}
