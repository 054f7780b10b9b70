/** Where a task stands: the run, the step's name, and the task's index among the step's tasks, from 0. */
export interface TaskAddress {
  runId: string;
  step: string;
  index: number;
}

const TASK_ID = /^(run_[0-9a-z]{26})\.([a-z0-9][a-z0-9_-]{0,62})\.(0|[1-9][0-9]{0,8})$/;

/** The public id of a task (a *job* over HTTP). It is the task's address, so that no index is needed to find it. */
export function formatTaskId({ runId, step, index }: TaskAddress): string {
  return `${runId}.${step}.${index}`;
}

/** The address in a task id, or undefined where the text is no task id. */
export function parseTaskId(id: string): TaskAddress | undefined {
  const match = TASK_ID.exec(id);
  if (!match) return undefined;
  const [, runId, step, index] = match as unknown as [string, string, string, string];
  return { runId, step, index: Number(index) };
}
