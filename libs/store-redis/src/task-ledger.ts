import { isTerminal, RUN_TRANSITIONS, type RunState } from '@agentainer/core';
import type { AgentAttempt, Attempt, RunningAttempt, TaskLedger } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.js';
import { newNonce } from './nonce.js';
import type { LossBounds } from './poison.js';
import { advanceTask } from './scripts/task-advance.js';
import { expireTasks } from './scripts/task-expire.js';
import { reportProgress } from './scripts/task-progress.js';
import { reclaimTasks } from './scripts/task-reclaim.js';
import { renewTask } from './scripts/task-renew.js';
import { runningTasks } from './scripts/task-running.js';

export interface LedgerLimits extends LossBounds {
  /** Milliseconds that a claim lives unless renewed. */
  claimTtlMs: number;
}

export const DEFAULT_LEDGER_LIMITS: LedgerLimits = {
  claimTtlMs: 10_000,
  maxLost: 3,
  maxAgentsLost: 2,
  maxInterrupted: 10,
};

/** The ledger of tasks in Redis: who works on what, fenced by a token for each attempt. */
export class RedisTaskLedger implements TaskLedger {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly limits: LedgerLimits = DEFAULT_LEDGER_LIMITS,
  ) {}

  completeAndClaim(request: Parameters<TaskLedger['completeAndClaim']>[0]) {
    const { limits } = this;
    // Runs for every task: the spread comes last, for behind it each property costs a hidden class of the object's own.
    const own = { nonce: newNonce(), ttlMs: limits.claimTtlMs, losses: limits, ...request };
    return advanceTask(this.redis, this.keys, own);
  }

  renew(runId: string, step: string, index: number, token: string) {
    return renewTask(this.redis, this.keys, { runId, step, index, token }, this.limits.claimTtlMs);
  }

  reportProgress(attempt: Attempt, value: string) {
    return reportProgress(this.redis, this.keys, attempt, value);
  }

  async isRunning({ runId, step, index, token, agentId }: AgentAttempt): Promise<boolean> {
    const replies = await this.redis
      .multi()
      .hget(this.keys.run(runId), 'state')
      .hget(this.keys.runSteps(runId), `${step}:state`)
      .hget(this.keys.stepTasks(runId, step), String(index))
      .exec();
    const [run, state, task] = replies!.map(([error, reply]) => {
      if (error) throw error;
      return reply as string | null;
    });
    if (!run || isTerminal(RUN_TRANSITIONS, run as RunState) || state !== 'running' || !task) return false;
    const [taskState, , , taskToken, agent] = task.split('|');
    return taskState === 'running' && taskToken === token && agent === agentId;
  }

  reclaim(runId: string, step: string) {
    return reclaimTasks(this.redis, this.keys, runId, step, this.limits.maxLost);
  }

  running(
    runId: string,
    step: string,
    options: { limit: number; overdue: boolean },
  ): Promise<RunningAttempt[]> {
    return runningTasks(this.redis, this.keys, { runId, step }, options);
  }

  expire(runId: string, step: string, waitMs: number) {
    return expireTasks(this.redis, this.keys, runId, step, waitMs);
  }
}
