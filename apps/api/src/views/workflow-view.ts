import type {
  Definition,
  DefinitionInput,
  RetryPolicy,
  Step,
  WaitStep,
  WorkflowStep,
} from '@agentainer/core';
import type { WorkflowBody, WorkflowSummaryBody } from '@agentainer/contracts';
import type { RunRecord, WorkflowRecord } from '@agentainer/engine';
import { durationText } from './duration-text.js';
import { poolConfigView } from './pool-config-view.js';
import { runSummaryView } from './run-view.js';
import { momentView } from './time-view.js';

export function workflowSummaryView(workflow: WorkflowRecord, latest?: RunRecord): WorkflowSummaryBody {
  const { id, version, definition, createdAt, versionedAt } = workflow;
  return {
    id,
    version,
    name: definition.name,
    description: definition.description,
    steps: definition.steps.map((step) => step.name),
    created_at: momentView(createdAt),
    updated_at: momentView(versionedAt),
    latest_run: latest ? runSummaryView(latest) : null,
  };
}

export function workflowView(workflow: WorkflowRecord, latest?: RunRecord): WorkflowBody {
  return { ...workflowSummaryView(workflow, latest), definition: definitionView(workflow.definition) };
}

/** A definition as its author could have written it: durations with their units, so that it may be created again. */
function definitionView({ name, description, config, steps }: Definition): DefinitionInput {
  return {
    name,
    description,
    config: {
      ...config,
      timeout: durationText(config.timeout),
      compensation_timeout: durationText(config.compensation_timeout),
    },
    steps: steps.map(stepView),
  };
}

function waitView({ sleep, signal, approval, ...step }: WaitStep): DefinitionInput['steps'][number] {
  return {
    ...step,
    ...(sleep !== undefined && { sleep: durationText(sleep) }),
    ...(signal && { signal: limitedView(signal) }),
    ...(approval && { approval: limitedView(approval) }),
  };
}

function limitedView<T extends { timeout?: number }>({ timeout, ...wait }: T) {
  return { ...wait, ...(timeout !== undefined && { timeout: durationText(timeout) }) };
}

function childView({ step_timeout, retry, ...step }: WorkflowStep): DefinitionInput['steps'][number] {
  return {
    ...step,
    ...(step_timeout !== undefined && { step_timeout: durationText(step_timeout) }),
    retry: retryView(retry),
  };
}

function retryView(retry: RetryPolicy) {
  return { ...retry, delay: durationText(retry.delay), max_delay: durationText(retry.max_delay) };
}

function stepView(step: Step): DefinitionInput['steps'][number] {
  if (step.type === 'wait') return waitView(step);
  if (step.type === 'workflow') return childView(step);
  const { timeout, queue_timeout, heartbeat_timeout, step_timeout, retry, pool_config } = step;
  return {
    ...step,
    timeout: durationText(timeout),
    ...(queue_timeout !== undefined && { queue_timeout: durationText(queue_timeout) }),
    ...(heartbeat_timeout !== undefined && { heartbeat_timeout: durationText(heartbeat_timeout) }),
    ...(step_timeout !== undefined && { step_timeout: durationText(step_timeout) }),
    retry: retryView(retry),
    pool_config: poolConfigView(pool_config),
  };
}
