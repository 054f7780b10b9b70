import { formatTaskId, type TaskError } from '@agentainer/core';
import type { JobSummaryBody } from '@agentainer/contracts';
import type { RunRecord, TaskRecord } from '@agentainer/engine';
import { momentView, spanView, timeView } from './time-view.js';

/** A task of a run as a job. */
export function jobView(run: RunRecord, task: TaskRecord, error?: TaskError): JobSummaryBody {
  return {
    id: formatTaskId(task),
    workflow_id: run.workflowId,
    run_id: run.id,
    parent_id: run.parent ? formatTaskId(run.parent) : null,
    step_id: task.step,
    task_id: task.index,
    status: task.state,
    attempts: task.attempts,
    lost_attempts: task.lost,
    agent_id: task.agentId ?? null,
    created_at: momentView(task.createdAt || run.createdAt),
    started_at: timeView(task.startedAt),
    finished_at: timeView(task.finishedAt),
    duration_ms: spanView(task.startedAt, task.finishedAt),
    ...(error && { error }),
  };
}
