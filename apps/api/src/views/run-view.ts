import { type Definition, digestOf, formatTaskId, priorityOf } from '@agentainer/core';
import type {
  RunBody,
  RunEventBody,
  RunStepBody,
  RunSummaryBody,
  StepProgressBody,
} from '@agentainer/contracts';
import {
  estimatedEnd,
  parallelOf,
  type ParentTask,
  type RunEvent,
  type RunRecord,
  stepNamed,
  type StepRecord,
  toleranceOf,
  treeOf,
} from '@agentainer/engine';
import { momentView, spanView, timeView } from './time-view.js';

export function runSummaryView(run: RunRecord): RunSummaryBody {
  return {
    id: run.id,
    workflow_id: run.workflowId,
    workflow_version: run.workflowVersion,
    rerun_of: run.rerunOf ?? null,
    parent: run.parent ? parentView(run.parent) : null,
    status: run.state,
    created_at: momentView(run.createdAt),
    finished_at: timeView(run.finishedAt),
    duration_ms: spanView(run.createdAt, run.finishedAt || run.readAt) ?? 0,
    deadline: momentView(run.deadline),
    ...(run.error && { error: run.error }),
  };
}

function parentView(parent: ParentTask) {
  const { runId, step, index } = parent;
  return { run_id: runId, step, index, job_id: formatTaskId(parent) };
}

export function runView(run: RunRecord, definition: Definition): RunBody {
  return {
    ...runSummaryView(run),
    priority: priorityOf(definition),
    steps: run.steps.map((step) => stepProgressView(run, step, definition)),
  };
}

/** Without `progress`, which is sent as the agents wrote it. */
export function runStepView(
  run: RunRecord,
  step: StepRecord,
  definition: Definition,
): Omit<RunStepBody, 'progress'> {
  return { ...stepProgressView(run, step, definition), run_id: run.id };
}

function stepProgressView(run: RunRecord, step: StepRecord, definition: Definition): StepProgressBody {
  const defined = stepNamed(definition, step.name);
  const tree = treeOf(definition, defined, run.steps);
  const further = tree ? tree.size - step.total : 0;
  return {
    name: step.name,
    type: defined.type,
    status: step.state,
    total: step.total,
    ...step.counts,
    dropped: step.dropped,
    started_at: timeView(step.startedAt),
    finished_at: timeView(step.finishedAt),
    duration_ms: spanView(step.startedAt, step.finishedAt),
    max_parallel: parallelOf(definition, step),
    image_digest: digestOf(defined) ?? null,
    failure_tolerance: toleranceOf(defined, step) ?? null,
    estimated_completion_at: timeView(estimatedEnd(step, run.readAt, further) ?? 0),
    ...(step.error && { error: step.error }),
  };
}

export function runEventView({ id, at, type, data }: RunEvent): RunEventBody {
  return { id, at: momentView(at), type, data };
}
