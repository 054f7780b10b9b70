import { createHash } from 'node:crypto';
import type { Json, StateOperation } from '@agentainer/core';
import {
  KEPT_ANSWER_BYTES,
  STATE_LIMITS,
  type StateLimit,
  type StateOperationAnswer,
  type StateRequest,
} from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';
import { canonicalJson, storedValue } from '../state-json.js';

const script = new Script('state-apply');

export interface StateApplyLimits {
  keys: number;
  total: number;
  elements: number;
  operations: number;
  /** Bytes of an answer that is kept for later attempts. */
  answer: number;
}

export const STATE_APPLY_LIMITS: StateApplyLimits = { ...STATE_LIMITS, answer: KEPT_ANSWER_BYTES };

/** Applies one operation of a running attempt, once per task and call number. */
export async function applyStateOperation(
  redis: Redis,
  keys: Keys,
  { runId, step, index, token, agentId, seq, operation }: StateRequest,
  limits = STATE_APPLY_LIMITS,
): Promise<StateOperationAnswer> {
  const values = valuesOf(operation);
  const reply = await script.run(
    redis,
    [
      keys.run(runId),
      keys.runSteps(runId),
      keys.stepTasks(runId, step),
      `${keys.stepOperations(runId, step)}:${index}`,
      keys.state(runId),
      keys.stateList(runId, operation.key),
      keys.stateSet(runId, operation.key),
    ],
    [
      ...[step, index, token, agentId, seq, operation.op, operation.key, hashOf(values)],
      ...[limits.keys, limits.total, limits.elements, limits.operations, limits.answer],
      ...values,
    ],
  );
  return readReply(operation, reply as Reply);
}

function valuesOf(operation: StateOperation): string[] {
  switch (operation.op) {
    case 'get':
      return [];
    case 'set':
      return replacement(operation.value);
    case 'compareAndSwap':
      return [canonicalJson(operation.expected), ...replacement(operation.value)];
    case 'increment':
      return [canonicalJson(operation.by)];
    case 'append':
    case 'addToSet':
    case 'removeFromSet':
      return [canonicalJson(operation.value)];
  }
}

function replacement(value: Json): string[] {
  const { kind, bytes, texts } = storedValue(value);
  return [kind, String(bytes), ...texts];
}

function hashOf(values: readonly string[]): string {
  const hash = createHash('sha256');
  for (const value of values) hash.update(value).update('\n');
  return hash.digest('hex').slice(0, 32);
}

type Reply =
  | ['ok' | 'swapped' | 'kept', string]
  | ['stale' | 'conflict']
  | ['wrong_type', Extract<StateOperationAnswer, { kind: 'wrong_type' }>['expected']]
  | ['full', StateLimit];

function readReply(operation: StateOperation, reply: Reply): StateOperationAnswer {
  switch (reply[0]) {
    case 'ok':
      return { kind: 'ok', value: operation.op === 'set' ? operation.value : (JSON.parse(reply[1]) as Json) };
    case 'swapped':
      return { kind: 'ok', swapped: true, value: 'value' in operation ? operation.value : null };
    case 'kept':
      return { kind: 'ok', swapped: false, value: JSON.parse(reply[1]) as Json };
    case 'wrong_type':
      return { kind: 'wrong_type', expected: reply[1] };
    case 'full':
      return { kind: 'full', limit: reply[1] };
    default:
      return { kind: reply[0] };
  }
}
