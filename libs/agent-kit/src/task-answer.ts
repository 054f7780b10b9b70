import type { TaskMessage } from '@agentainer/contracts';
import { DROP } from './drop.js';
import { StateError } from './state-error.js';
import { TaskFailure } from './task-failure.js';

const DROPPED_LINE = '{"type":"dropped"}\n';
const MAX_CODE = 64;
const MAX_MESSAGE = 2_000;
const MAX_DETAIL = 4_096;
/** A year. */
const MAX_RETRY_AFTER_MS = 365 * 86_400_000;

type Problem = Extract<TaskMessage, { type: 'problem' }>;

/** The line that ends a task well; a problem where the result is not JSON. */
export function resultLine(result: unknown): string {
  if (result === DROP) return DROPPED_LINE;
  let json: string | undefined;
  let reason = `a ${typeof result} is no JSON value`;
  try {
    json = JSON.stringify(result === undefined ? null : result);
  } catch (error) {
    reason = messageOf(error);
  }
  // Put together by hand: the worker finds the result's text without writing it anew.
  if (json !== undefined) return `{"type":"result","result":${json}}\n`;
  return problemLine(
    new TaskFailure('AGENT_FAILED', `the result cannot be written as JSON: ${reason}`, { retryable: false }),
  );
}

/** The same line, which also says whether the task left nothing behind. */
export function cleanLine(line: string, clean: boolean): string {
  return `{"clean":${clean},${line.slice(1)}`;
}

/** The line that ends a task with whatever its handler threw; what the gateway refused keeps its code. */
export function problemLine(thrown: unknown): string {
  const stack = thrown instanceof Error ? thrown.stack : undefined;
  const failure = thrown instanceof TaskFailure ? thrown : undefined;
  const refusal = thrown instanceof StateError ? thrown : undefined;
  const problem: Problem = {
    type: 'problem',
    code: (failure ?? refusal)?.code.slice(0, MAX_CODE) || 'AGENT_FAILED',
    message: messageOf(thrown).slice(0, MAX_MESSAGE),
    detail: (failure?.detail ?? stack)?.slice(-MAX_DETAIL),
    retryable: failure?.retryable,
    retry_after_ms: delayOf(failure),
  };
  return `${JSON.stringify(problem)}\n`;
}

/** Whole milliseconds within what the protocol takes; nothing where the handler's number is none. */
function delayOf(failure: TaskFailure | undefined): number | undefined {
  const ms = Math.ceil(failure?.retryAfterMs ?? NaN);
  return ms >= 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : undefined;
}

function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message || thrown.name;
  try {
    return String(thrown);
  } catch {
    return 'something was thrown that has no text';
  }
}
