import { sourcesOf, TASK_TRANSITIONS, type TaskErrorCode, type TaskState } from '@agentainer/core';
import type { AttemptEnd, Claim, Completion } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import { allowed } from '../guards.js';
import type { Keys } from '../keys.js';
import { inBrief, type LossBounds, poison } from '../poison.js';
import { readTolerance } from '../run-record.js';
import { Script } from '../script.js';

const script = new Script('task-advance');
const claimFrom = allowed(sourcesOf(TASK_TRANSITIONS, 'running'));

/** How soon a lane asks again that found as many tasks running as may, in milliseconds. */
const BOUND_WAIT_MS = 500;

export interface TaskAdvance {
  runId: string;
  step: string;
  completion?: Completion;
  agentId?: string;
  /** Of the lane that asks; the present one where it is not given. */
  generation?: number;
  maxParallel?: number;
  /** Whether the agent runs other tasks beside. */
  shared?: boolean;
  /** Makes the new attempt's token unguessable. */
  nonce: string;
  /** Milliseconds that the claim lives unless renewed. */
  ttlMs: number;
  losses: LossBounds;
}

/** Completes a task and claims the next one. */
export async function advanceTask(redis: Redis, keys: Keys, request: TaskAdvance) {
  const { runId, step, completion, agentId, losses, shared } = request;
  const ownLoss = completion && isOwnLoss(completion.end);
  const answer = (await script.run(
    redis,
    [
      keys.run(runId),
      keys.runSteps(runId),
      keys.runEvents(runId),
      keys.stepItems(runId, step),
      keys.stepTasks(runId, step),
      keys.stepOutcomes(runId, step),
      keys.stepAlive(runId, step),
      keys.stepRetries(runId, step),
      keys.stepOperations(runId, step),
      keys.stepHistory(runId, step),
    ],
    [
      step,
      ...completionArguments(completion),
      ownLoss ? losses.maxLost : losses.maxInterrupted,
      completion ? allowed(endableStates(completion.end)) : '',
      agentId ?? '',
      request.nonce,
      request.ttlMs,
      claimFrom,
      request.generation ?? '',
      request.maxParallel ?? 0,
      BOUND_WAIT_MS,
      ...troubleArguments(completion?.end),
      // An agent that ran several tasks says little of each of them.
      ownLoss ? (shared ? losses.maxLost : losses.maxAgentsLost) : '',
      shared ? 1 : 0,
    ],
  )) as [number, number, number, string, ...ClaimReply];
  const [accepted, failures, total, tolerance, ...claim] = answer;
  const failureTolerance = readTolerance(tolerance);
  return { accepted: accepted === 1, claim: readClaim(claim), failures, total, failureTolerance };
}

/** The outcome of an attempt that ended badly, as it is stored. */
function completionArguments(completion: Completion | undefined): (string | number)[] {
  if (!completion) return ['', '', '', '', -1];
  const { index, token, end } = completion;
  const outcome = outcomeText(end);
  const retryIn = 'retryInMs' in end ? (end.retryInMs ?? -1) : -1;
  const kind = end.kind === 'lost' && !isOwnLoss(end) ? 'interrupted' : end.kind;
  return [index, token, kind, outcome, Math.ceil(retryIn)];
}

function outcomeText(end: AttemptEnd): string {
  if (end.kind === 'dropped') return '';
  return end.kind === 'completed' ? end.result : JSON.stringify(end.error);
}

/** What the history of a task gets, and its outcome if this was one lost attempt too many. */
function troubleArguments(end: AttemptEnd | undefined): string[] {
  if (!end || end.kind === 'completed' || end.kind === 'dropped') return ['', ''];
  return [inBrief(end.error), end.kind === 'lost' ? poison(end.error) : ''];
}

/**
 * Whether an attempt was lost with an agent that may have died of it. Its worker lives, for it says so: what else it says
 * of a loss is that the attempt was ended from outside.
 */
function isOwnLoss(end: AttemptEnd): boolean {
  return end.kind === 'lost' && end.error.code === ('AGENT_LOST' satisfies TaskErrorCode);
}

function endableStates(end: AttemptEnd): TaskState[] {
  if (end.kind === 'dropped') return sourcesOf(TASK_TRANSITIONS, 'completed');
  const retried = end.kind === 'lost' || ('retryInMs' in end && end.retryInMs !== undefined);
  return sourcesOf(TASK_TRANSITIONS, retried ? 'retrying' : (end.kind as TaskState));
}

type ClaimReply =
  | ['task', number, number, number, string, string | null, number]
  | ['wait' | 'full', number]
  | ['open' | 'idle' | 'drained' | 'paused' | 'closed'];

function readClaim(reply: ClaimReply): Claim {
  if (reply[0] === 'wait' || reply[0] === 'full') return { kind: reply[0], ms: reply[1] };
  if (reply[0] !== 'task') return { kind: reply[0] };
  const [, index, attempt, lost, token, item, runTimeLeft] = reply;
  return { kind: 'task', task: { index, attempt, lost, token, item: item ?? undefined, runTimeLeft } };
}
