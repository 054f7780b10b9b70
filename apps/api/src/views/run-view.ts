import type { Definition } from '@agentainer/core';
import type { RunBody, RunEventBody, RunSummaryBody, StepProgressBody } from '@agentainer/contracts';
import type { RunEvent, RunRecord, StepRecord } from '@agentainer/engine';
import { momentView, spanView, timeView } from './time-view.js';

export function runSummaryView(run: RunRecord): RunSummaryBody {
  return {
    id: run.id,
    workflow_id: run.workflowId,
    workflow_version: run.workflowVersion,
    status: run.state,
    created_at: momentView(run.createdAt),
    finished_at: timeView(run.finishedAt),
    duration_ms: spanView(run.createdAt, run.finishedAt || run.readAt) ?? 0,
    deadline: momentView(run.deadline),
    ...(run.error && { error: run.error }),
  };
}

export function runView(run: RunRecord, definition: Definition): RunBody {
  const types = new Map(definition.steps.map((step) => [step.name, step.type]));
  return {
    ...runSummaryView(run),
    steps: run.steps.map((step) => stepProgressView(step, types.get(step.name) ?? 'sequential')),
  };
}

function stepProgressView(step: StepRecord, type: StepProgressBody['type']): StepProgressBody {
  return {
    name: step.name,
    type,
    status: step.state,
    total: step.total,
    ...step.counts,
    started_at: timeView(step.startedAt),
    finished_at: timeView(step.finishedAt),
    duration_ms: spanView(step.startedAt, step.finishedAt),
    ...(step.error && { error: step.error }),
  };
}

export function runEventView({ id, at, type, data }: RunEvent): RunEventBody {
  return { id, at: momentView(at), type, data };
}
