import {
  type AgentStep,
  type Definition,
  isMap,
  needsAgents,
  poolOf,
  priorityOf,
  tasksAtOnce,
  type Step,
  type WorkflowStep,
  type MapStep,
  type ReduceStep,
} from '@agentainer/core';
import type { StepLanes } from './ports.js';
import type { StepRecord } from './records.js';

/**
 * The lanes that work through a step. Each holds a slot of an agent, so more of them than tasks, than the step or the workflow
 * may run at once or than its pool's agents serve at once would only wait. Child runs are started by one lane, which holds nothing.
 */
export function lanesOf(
  definition: Definition,
  record: Pick<StepRecord, 'name' | 'total' | 'generation' | 'maxParallel'>,
): StepLanes {
  const step = stepNamed(definition, record.name);
  const { name, generation } = record;
  const priority = priorityOf(definition);
  if (step.type === 'workflow') return { step: name, pool: null, lanes: 1, generation, priority };
  const pool = poolOf(agentStepNamed(definition, name));
  const limits = (definition.config.limits ?? []).map((limit) => limit.max_parallel ?? Infinity);
  return {
    step: name,
    pool,
    lanes: Math.min(
      record.total,
      parallelOf(definition, record),
      tasksAtOnce(pool.config.max_size, pool.config),
      ...limits,
    ),
    generation,
    priority,
  };
}

/** How many tasks of a step may run at once: what was said while it ran, or else what the definition says. */
export function parallelOf(definition: Definition, record: Pick<StepRecord, 'name' | 'maxParallel'>): number {
  const step = stepNamed(definition, record.name);
  if (!hasManyTasks(step)) return 1;
  const { max_parallel } = definition.config;
  return record.maxParallel ?? Math.min(step.max_parallel ?? max_parallel, max_parallel);
}

/** Whether a step may have more than one task. */
export function hasManyTasks(step: Step): step is MapStep | ReduceStep {
  return isMap(step) || (step.type === 'reduce' && step.fan_in !== undefined);
}

/** @throws {Error} where the definition has no such step whose tasks agents run. */
export function agentStepNamed(definition: Definition, name: string): AgentStep {
  const step = stepNamed(definition, name);
  if (!needsAgents(step)) throw new Error(`no agent works on the step ${name}`);
  return step;
}

/** @throws {Error} where the definition has no such step whose tasks are runs. */
export function workflowStepNamed(definition: Definition, name: string): WorkflowStep {
  const step = stepNamed(definition, name);
  if (step.type !== 'workflow') throw new Error(`the step ${name} starts no runs`);
  return step;
}

/** @throws {Error} where the definition has no such step: records and definitions never disagree on that. */
export function stepNamed(definition: Definition, name: string): Step {
  const step = definition.steps.find((s) => s.name === name);
  if (!step) throw new Error(`the definition has no step ${name}`);
  return step;
}
