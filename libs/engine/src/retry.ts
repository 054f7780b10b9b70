import { NON_RETRYABLE, type RetryPolicy, type TaskError, type TaskErrorCode } from '@agentainer/core';

export interface FailedAttempt {
  /** Attempts that have failed, this one included; lost attempts do not count. */
  failures: number;
  error: Pick<TaskError, 'code'>;
  /** Milliseconds before which whoever failed does not want to be asked again. */
  retryAfterMs?: number;
}

/**
 * Milliseconds until the next attempt, or undefined where there is none.
 * @param random a number in [0, 1); jitter takes up to its share off the delay, so that retries spread out,
 *   but never below what the failure itself asks for
 */
export function retryDelay(policy: RetryPolicy, failed: FailedAttempt, random: number): number | undefined {
  if (failed.failures >= policy.max_attempts || !mayRetry(policy, failed.error.code)) return undefined;
  const delay = Math.min(policy.delay * growth(policy, failed.failures), policy.max_delay);
  return Math.max(Math.round(delay * (1 - policy.jitter * random)), failed.retryAfterMs ?? 0);
}

/** Codes of attempts that were lost with their agents. */
const AGENTS_GONE: ReadonlySet<string> = new Set<TaskErrorCode>(['AGENT_LOST', 'AGENT_STOPPED']);

/**
 * Milliseconds until the next attempt of a task that was lost. Agents often go together, one after another, as where
 * their engine is stopped: a task that lost one is not given another at once that may be about to end.
 */
export function pauseAfterLoss({ code }: Pick<TaskError, 'code'>, pauseMs: number): number {
  return AGENTS_GONE.has(code) ? pauseMs : 0;
}

/** Whether failures with this code are worth another attempt. */
export function mayRetry({ non_retryable = [], retry_on }: RetryPolicy, code: string): boolean {
  if (NON_RETRYABLE.has(code) || non_retryable.includes(code)) return false;
  return retry_on === undefined || retry_on.includes(code);
}

function growth({ backoff }: RetryPolicy, failures: number): number {
  switch (backoff) {
    case 'constant':
      return 1;
    case 'linear':
      return failures;
    case 'exponential':
      return 2 ** (failures - 1);
  }
}
