import { STATUS_CODES } from 'node:http';
import { GATEWAY_PROBLEM_STATUS, type GatewayProblemCode, type Problem } from '@agentainer/contracts';
import { AgentainerError, InvalidInputError, UnavailableError } from '@agentainer/core';
import { type StartAnswer, STATE_LIMITS, type StateOperationAnswer } from '@agentainer/engine';

/** Faults told of one call. */
const MAX_FAULTS = 20;

/** A call that the gateway refuses. */
export class GatewayError extends AgentainerError {
  constructor(
    readonly code: GatewayProblemCode,
    message: string,
  ) {
    super(message);
  }
}

/** What the agent is told of an error; one that is not known here is told as INTERNAL, and no more. */
export function gatewayProblem(error: unknown): Problem {
  if (error instanceof InvalidInputError) {
    return { ...problemWith('INVALID_INPUT', error.message), errors: error.faults.slice(0, MAX_FAULTS) };
  }
  if (error instanceof UnavailableError) return problemWith('UNAVAILABLE', error.message);
  if (error instanceof GatewayError) return problemWith(error.code, error.message);
  return problemWith('INTERNAL', 'the gateway failed; its log says why');
}

/** The error that an answer other than `ok` stands for. */
export function refusalOf(
  answer: Exclude<StateOperationAnswer, { kind: 'ok' }>,
  operation: { op: string; key: string },
): GatewayError {
  switch (answer.kind) {
    case 'stale':
      return stale();
    case 'conflict':
      return conflict();
    case 'wrong_type':
      return new GatewayError('WRONG_TYPE', wrongType(answer.expected, operation));
    case 'full':
      return new GatewayError(
        answer.limit === 'value' ? 'VALUE_TOO_LARGE' : 'STATE_FULL',
        FULL[answer.limit](STATE_LIMITS[answer.limit]),
      );
  }
}

/** The error that an answer other than `started` stands for. */
export function startRefusal(answer: Exclude<StartAnswer, { kind: 'started' }>): GatewayError {
  switch (answer.kind) {
    case 'stale':
      return stale();
    case 'conflict':
      return conflict();
    case 'full':
      return new GatewayError('TOO_MANY_STARTS', 'the task has started as much as its step allows');
    case 'forbidden':
      return new GatewayError('FORBIDDEN', answer.reason);
  }
}

function stale(): GatewayError {
  return new GatewayError('STALE_ATTEMPT', 'the attempt is no longer the running one of its task');
}

function conflict(): GatewayError {
  return new GatewayError(
    'OPERATION_CONFLICT',
    'an earlier call of the task had this number and asked for something else: calls must be alike in every attempt',
  );
}

const FULL: Record<keyof typeof STATE_LIMITS, (limit: number) => string> = {
  keys: (limit) => `the state of a run has at most ${limit} keys`,
  value: (limit) => `a value has at most ${limit} bytes of JSON`,
  elements: (limit) => `a list or set has at most ${limit} elements`,
  total: (limit) => `the state of a run has at most ${limit} bytes of JSON`,
  operations: (limit) => `a task makes at most ${limit} calls`,
};

function wrongType(expected: string, { op, key }: { op: string; key: string }): string {
  return expected === 'safe_number'
    ? `${op} of "${key}" would pass the numbers that stay exact`
    : `${op} needs "${key}" to hold a ${expected}, or nothing`;
}

function problemWith(code: GatewayProblemCode, detail: string): Problem {
  const status = GATEWAY_PROBLEM_STATUS[code];
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, code, detail };
}
