import { formatTaskId, MOST_FAILED_TASKS, type RetryPolicy, type TaskAddress } from '@agentainer/core';
import type { AttemptResult, FailedTasks } from './agent-port.js';
import { mayRetry } from './retry.js';

/**
 * Counts the different tasks that failed on an agent one after another, under one lease. Failures that another attempt
 * may mend speak against the agent; those that are the task's own, and attempts that were lost, speak of something else.
 */
export class FailureStreak {
  private readonly tasks = new Set<string>();
  private afterSuccess = false;

  note(task: TaskAddress, result: AttemptResult, policy: RetryPolicy): void {
    if (result.kind === 'completed' || result.kind === 'dropped') {
      this.tasks.clear();
      this.afterSuccess = true;
    } else if (result.kind === 'failed' && result.retryable && mayRetry(policy, result.error.code)) {
      this.tasks.add(formatTaskId(task));
    }
  }

  /** Whether the agent is not to be used any more; its earlier leases may make it so sooner. */
  get isTooLong(): boolean {
    return this.tasks.size >= MOST_FAILED_TASKS;
  }

  get failed(): FailedTasks {
    return { tasks: [...this.tasks], afterSuccess: this.afterSuccess };
  }
}
