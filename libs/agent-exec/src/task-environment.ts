import type { TaskContext } from '@agentainer/contracts';

/**
 * What a command finds in its environment about its task. The id and the token together are its credential at the
 * gateway.
 */
export function taskEnvironment(task: TaskContext): Record<string, string> {
  return {
    AGENTAINER_TASK_ID: task.id,
    AGENTAINER_TOKEN: task.token,
    AGENTAINER_RUN_ID: task.run_id,
    ...(task.workflow_id !== null && { AGENTAINER_WORKFLOW_ID: task.workflow_id }),
    AGENTAINER_STEP: task.step,
    AGENTAINER_KIND: task.kind,
    AGENTAINER_INDEX: String(task.index),
    AGENTAINER_ATTEMPT: String(task.attempt),
    ...(task.level !== undefined && { AGENTAINER_LEVEL: String(task.level) }),
  };
}
