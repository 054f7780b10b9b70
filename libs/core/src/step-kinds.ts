import type { AgentStep, Definition, MapStep, Step, TaskStep, WorkflowStep } from './definition.js';

/** Whether a step has a task for each of its items, whoever runs them. */
export function isMap(step: Step): step is MapStep {
  return 'items' in step && step.items !== undefined;
}

/** Whether a step has tasks. */
export function hasTasks(step: Step): step is TaskStep {
  return step.type !== 'wait';
}

/** Whether agents run the tasks of a step. */
export function needsAgents(step: Step): step is AgentStep {
  return step.type !== 'wait' && step.type !== 'workflow';
}

/** The steps of a definition whose tasks are runs of their own. */
export function workflowStepsOf({ steps }: Pick<Definition, 'steps'>): WorkflowStep[] {
  return steps.filter((step) => step.type === 'workflow');
}
