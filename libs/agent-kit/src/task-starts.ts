import type { StartAnswerBody, StartCall } from '@agentainer/contracts';
import type { Json } from '@agentainer/core';
import type { TaskCalls } from './task-calls.js';

type Written<K> = Extract<StartCall['start'], { kind: K }>;

/** A job that a task starts by itself. */
export type JobStart = Omit<Written<'job'>, 'kind'>;

/** What was started. */
export interface Started {
  readonly runId: string;
  /** Of a job. */
  readonly jobId: string | null;
}

/**
 * Starts what the task's step may start (`may_start`); it goes on by itself, and is not waited for. A later attempt of the
 * task that makes the same calls in the same order starts nothing again.
 *
 * Both throw {@link StaleAttemptError} where the attempt is no longer the task's, and {@link StateError} with the code
 * `FORBIDDEN`, `TOO_MANY_STARTS` or `INVALID_INPUT` where that cannot be started.
 */
export interface TaskStarts {
  startJob(job: JobStart): Promise<Started>;
  startWorkflow(workflow: string, input?: Json, options?: { version?: number }): Promise<Started>;
}

/** Starts through the gateway's socket, as one attempt of a task. */
export function startsThrough(calls: TaskCalls): TaskStarts {
  const start = async (what: StartCall['start']): Promise<Started> => {
    const { value } = (await calls.make('/start', { start: what })) as unknown as StartAnswerBody;
    return { runId: value.run_id, jobId: value.job_id };
  };
  return {
    startJob: (job) => start({ kind: 'job', ...job }),
    startWorkflow: (workflow, input = null, { version } = {}) =>
      start({ kind: 'workflow', workflow, version, input }),
  };
}
