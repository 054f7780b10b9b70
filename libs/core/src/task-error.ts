/**
 * Why a task failed. Codes in capitals are ours; an agent's own codes are kept as they came. An agent that answers
 * with an HTTP status instead gives `HTTP_<status>`, one whose program ended badly `EXIT_<code>`.
 */
export interface TaskError {
  code: string;
  message: string;
  /** The end of a stack or of standard error, where there is one. */
  detail?: string;
}

/** The codes that the engine itself gives a failed task, and what each means. */
export const TASK_ERRORS = {
  AGENT_FAILED: 'the agent reported a failure without a code of its own',
  AGENT_LOST: 'the agent ended while it ran the task',
  AGENT_STOPPED: 'the agent was ended from outside while it ran the task, or was gone before that',
  AGENT_PROTOCOL: 'the agent answered something that is not of the protocol',
  POISON: 'the task was set aside, for its attempts ended their agents or workers',
  ATTEMPT_LOST: 'the worker that ran the attempt went away',
  TASK_TIMEOUT: 'the attempt took longer than the timeout of its step',
  HEARTBEAT_TIMEOUT: 'the agent gave no sign of life within the heartbeat timeout of its step',
  QUEUE_TIMEOUT: 'the task was not begun within the queue timeout of its step',
  STEP_TIMEOUT: 'the step took longer than its step timeout',
  RUN_TIMEOUT: 'the run took longer than the timeout of its workflow',
  RUN_CANCELLED: 'the run was cancelled',
  TASK_CANCELLED: 'the step ended before the task did',
  OUTPUT_NOT_JSON: 'the command of the agent wrote something that is not JSON',
  RESULT_TOO_LARGE: 'the result is larger than the limit',
  INPUT_INVALID: 'the input or the items of the step are not what it needs',
  ITEMS_FORBIDDEN: 'where the items of the step come from is not allowed on this instance',
  ITEMS_UNAVAILABLE: 'the items of the step could not be read from where they are',
  WAIT_TIMEOUT: 'what the step waited for did not come in time',
  APPROVAL_REJECTED: 'the approval that the step waited for was rejected',
  CONDITION_FAILED: 'whether the condition of the step holds could not be told',
  WORKFLOW_NOT_FOUND: 'the workflow of the step, or that version of it, does not exist',
  DEFINITION_INVALID: 'the definition that the step was given cannot be run',
  CHILD_FAILED: 'the run that the step started did not complete',
  CHILD_CANCELLED: 'the run that the step started was cancelled',
  CHILD_TOO_DEEP: 'runs that start runs are nested too deep',
  SECRETS_UNAVAILABLE: 'the secrets of the step cannot be read by its worker',
  IMAGE_NOT_FOUND: 'the image of the step does not exist where the agents run',
  NETWORK_NOT_FOUND: 'the network that the pool of the step names does not exist where the agents run',
  AGENT_REFUSED: 'where the agents run, what the pool of the step asks for is not allowed or cannot be had',
  AGENT_START_FAILED: 'no agent of this image could be started',
} as const;
export type TaskErrorCode = keyof typeof TASK_ERRORS;

/** Codes that no further attempt can mend. */
export const NON_RETRYABLE: ReadonlySet<string> = new Set<TaskErrorCode>([
  'QUEUE_TIMEOUT',
  'STEP_TIMEOUT',
  'RUN_TIMEOUT',
  'RUN_CANCELLED',
  'POISON',
  'RESULT_TOO_LARGE',
  'INPUT_INVALID',
  'WORKFLOW_NOT_FOUND',
  'DEFINITION_INVALID',
  'CHILD_CANCELLED',
  'CHILD_TOO_DEEP',
  'IMAGE_NOT_FOUND',
  'NETWORK_NOT_FOUND',
  'AGENT_REFUSED',
]);

/** Codes of what took too long. */
export const TIMEOUTS: ReadonlySet<string> = new Set<TaskErrorCode>([
  'TASK_TIMEOUT',
  'HEARTBEAT_TIMEOUT',
  'QUEUE_TIMEOUT',
  'STEP_TIMEOUT',
  'RUN_TIMEOUT',
]);

/** How a task ended, as a reduce step gets it: in item order, successes and failures both. */
export type TaskOutcome =
  | { index: number; status: 'completed'; result: unknown }
  /** `cancelled` where its step ended before it did. */
  | { index: number; status: 'failed' | 'timed_out' | 'cancelled'; error: TaskError };
