import { isUtf8 } from 'node:buffer';
import { problemSchema, taskMessageSchema, type TaskMessage } from '@agentainer/contracts';
import { isTooDeep, MAX_JSON_DEPTH, NON_RETRYABLE, type TaskErrorCode } from '@agentainer/core';
import type { AttemptResult } from '@agentainer/engine';
import { lost, protocolFault, refused, resultTooLarge, unusable } from './attempt-faults.js';
import type { Reply } from './exchange.js';
import { retryAfterMs } from './retry-after.js';

/** What an answer may hold beside the result itself, in bytes: also the longest problem. */
export const ENVELOPE_BYTES = 64 * 1_024;
const MAX_MESSAGE = 2_000;
const MAX_DETAIL = 4_096;
/** A message holds its result one level down; of what is deeper, it is told apart by {@link completed}. */
const MAX_MESSAGE_DEPTH = 2 * MAX_JSON_DEPTH;
const EXCERPT = 80;

/** How a result's line begins and ends, whatever white space its writer likes. */
const RESULT_HEAD =
  /^\s*\{\s*(?:"clean"\s*:\s*(true|false)\s*,\s*)?"type"\s*:\s*"result"\s*,\s*"result"\s*:\s*/;
const RESULT_TAIL = /\s*\}\s*$/;

/** How an attempt ended, and whether its agent says that nothing is left of it; it need not say anything of that. */
export type AgentAnswer = AttemptResult & { clean?: boolean };

/** How the attempt ended, by the agent's answer to `POST /tasks`. */
export function readAnswer(reply: Reply, maxResultBytes: number): AgentAnswer {
  const { status, body } = reply;
  if (status !== 200) return readRefusal(reply);
  if (!isUtf8(body)) return protocolFault('the agent answered something that is not text');
  const line = body.toString();
  if (line.trimEnd().includes('\n')) return protocolFault('the agent answered more than one line');
  const answer = resultOf(line) ?? parseMessage(line);
  if (!answer) return protocolFault(`the agent answered ${excerpt(line)}`);
  const { clean } = answer;
  if (answer.type === 'result') return { clean, ...completed(answer, maxResultBytes) };
  if (answer.type === 'dropped') return { kind: 'dropped', clean };
  if (answer.code === ('AGENT_STOPPED' satisfies TaskErrorCode))
    return lost(answer.code, answer.message.slice(0, MAX_MESSAGE));
  return {
    kind: 'failed',
    clean,
    error: {
      code: answer.code,
      message: answer.message.slice(0, MAX_MESSAGE),
      ...(answer.detail && { detail: answer.detail.slice(-MAX_DETAIL) }),
    },
    retryable: answer.retryable ?? !NON_RETRYABLE.has(answer.code),
    suspect: false,
    ...(answer.retry_after_ms !== undefined && { retryAfterMs: answer.retry_after_ms }),
  };
}

interface ResultAnswer {
  type: 'result';
  clean?: boolean;
  result: unknown;
  /** The result as the agent wrote it, where that is known. */
  text?: string;
}

/**
 * The result with its text as it stands in the line, where the line is a result and nothing else. That text
 * being JSON by itself proves it: with a further field, or with an unfinished one, it would not be.
 */
function resultOf(line: string): ResultAnswer | undefined {
  const [head, said] = RESULT_HEAD.exec(line) ?? [];
  const tail = RESULT_TAIL.exec(line.slice(-EXCERPT))?.[0];
  if (head === undefined || tail === undefined) return undefined;
  const text = line.slice(head.length, line.length - tail.length);
  const result = parseJson(text);
  return result === undefined
    ? undefined
    : { type: 'result', clean: said ? said === 'true' : undefined, result, text };
}

function completed({ result, text }: ResultAnswer, maxResultBytes: number): AttemptResult {
  if (isTooDeep(result)) {
    return unusable('AGENT_PROTOCOL', `the result nests deeper than ${MAX_JSON_DEPTH} levels`);
  }
  const written = text ?? JSON.stringify(result);
  if (Buffer.byteLength(written) > maxResultBytes) return resultTooLarge(maxResultBytes);
  return { kind: 'completed', result: written };
}

function parseMessage(line: string): TaskMessage | undefined {
  const value = parseJson(line);
  // The schema goes down by recursion, so that the depth has to be known first.
  if (value === undefined || isTooDeep(value, MAX_MESSAGE_DEPTH)) return undefined;
  return taskMessageSchema.safeParse(value).data;
}

function readRefusal({ status, body, retryAfter }: Reply): AttemptResult {
  const text = body.toString('utf8', 0, MAX_DETAIL);
  const problem = problemSchema.safeParse(parseJson(text)).data;
  if (status === 409 && problem?.code === 'STALE_LEASE') {
    return lost('ATTEMPT_LOST', 'the agent has seen a newer lease');
  }
  const said = problem ? `${problem.code}: ${problem.detail ?? problem.title}` : excerpt(text);
  if (status === 413) return unusable('INPUT_INVALID', `the agent refused the input: ${said}`);
  return refused(status, `the agent answered ${status}: ${said}`, retryAfterMs(retryAfter));
}

/** Undefined where the text is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function excerpt(text: string): string {
  if (text.trim() === '') return 'nothing';
  return JSON.stringify(text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text);
}
