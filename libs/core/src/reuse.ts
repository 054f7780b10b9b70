import { z } from 'zod';

/** Across what an agent may be used again once it has run a task; `task`: not at all. */
export const reuseSchema = z.enum(['task', 'step', 'run', 'workflow', 'any']);
export type Reuse = z.output<typeof reuseSchema>;

/** The kin of jobs that belong to no workflow, and were started by no task. */
export const SINGLE_JOBS = 'jobs';

/** Where a lane works. */
export interface LanePlace {
  /** With which runs its run shares agents that are left to a workflow. */
  kin: string;
  runId: string;
  step: string;
}

/**
 * The realm to which an agent is left once it has run a task for this lane: from then on it serves no other.
 * Empty where it may serve any lane; with `task` it is, too, for such an agent serves nobody a second time.
 */
export function realmOf(reuse: Reuse, { kin, runId, step }: LanePlace): string {
  switch (reuse) {
    case 'task':
    case 'any':
      return '';
    case 'step':
      return `${runId}/${step}`;
    case 'run':
      return runId;
    case 'workflow':
      return kin;
  }
}

/** Whether a realm goes on after the step that made it: an agent may be used for the next one, too. */
export function outlastsSteps(reuse: Reuse): boolean {
  return reuse !== 'task' && reuse !== 'step';
}

/** Whether a realm goes on after the run that made it: agents left to it may be wanted again. */
export function outlastsRuns(reuse: Reuse): boolean {
  return reuse === 'workflow' || reuse === 'any';
}
