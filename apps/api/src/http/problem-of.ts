import { STATUS_CODES } from 'node:http';
import { AgentainerError, InvalidInputError, QueueFullError, UnavailableError } from '@agentainer/core';
import { type Problem, PROBLEM_STATUS, type ProblemCode } from '@agentainer/contracts';
import { DeadlineError } from '@agentainer/runtime';
import { asUnavailable } from '@agentainer/store-redis';
import { HttpError } from './http-error.js';

/** Faults told of one input; the rest is only counted. */
const MAX_FAULTS = 100;
const MAX_TEXT = 1_000;

export interface ProblemAnswer {
  problem: Problem;
  headers: Record<string, string>;
}

/** The one place that says how an error looks over HTTP. What is not known here is told as INTERNAL, and no more. */
export function problemOf(thrown: unknown): ProblemAnswer {
  const error =
    thrown instanceof DeadlineError
      ? new UnavailableError(thrown.message)
      : (asUnavailable(thrown) ?? thrown);
  if (!(error instanceof AgentainerError) || !isProblemCode(error.code)) return ofForeign(error);
  const problem = problemWith(error.code, error.message);
  if (error instanceof InvalidInputError) {
    problem.errors = error.faults.slice(0, MAX_FAULTS).map(({ path, message }) => ({
      path: clip(path),
      message: clip(message),
    }));
    const more = error.faults.length - MAX_FAULTS;
    if (more > 0) problem.errors.push({ path: '', message: `and ${more} more` });
  }
  const headers: Record<string, string> = error instanceof HttpError ? { ...error.headers } : {};
  if (error instanceof UnavailableError || error instanceof QueueFullError)
    headers['Retry-After'] = String(Math.ceil(error.retryAfterMs / 1_000));
  return { problem, headers };
}

/** Express and its parts throw errors that carry a status. */
function ofForeign(error: unknown): ProblemAnswer {
  const { status, type, message } = (error ?? {}) as { status?: unknown; type?: unknown; message?: unknown };
  const text = typeof message === 'string' ? message : '';
  if (type === 'entity.parse.failed')
    return { problem: problemWith('INVALID_JSON', `the body is not JSON: ${text}`), headers: {} };
  if (status === 413)
    return { problem: problemWith('BODY_TOO_LARGE', 'the body is larger than the limit'), headers: {} };
  if (status === 415) return { problem: problemWith('UNSUPPORTED_MEDIA_TYPE', text), headers: {} };
  if (status === 404) return { problem: problemWith('NOT_FOUND', 'nothing is at this path'), headers: {} };
  if (typeof status === 'number' && status >= 400 && status < 500)
    return { problem: problemWith('BAD_REQUEST', text), headers: {} };
  return { problem: problemWith('INTERNAL', 'the server failed; its log says why'), headers: {} };
}

function problemWith(code: ProblemCode, detail: string): Problem {
  const status = PROBLEM_STATUS[code];
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, code, detail: clip(detail) };
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEM_STATUS, code);
}

function clip(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
