import { type Definition, LIMITS, TASK_ERRORS, type TaskError, type WorkflowStep } from '@agentainer/core';
import { boundedText } from './bounded-text.js';
import { RUN_CANCELLED } from './end-now.js';
import type { AttemptEnd, Completion, RunStore, StepQueue, TaskLedger } from './ports.js';
import type { RunRecord } from './records.js';
import { retryDelay } from './retry.js';
import { isOpen } from './step-ending.js';
import { lanesOf, parallelOf, workflowStepNamed } from './step-lanes.js';
import { failsFast } from './step-success.js';
import { RunValues } from './values.js';

/** Children of a step that are woken at once; the sweeper comes by the others. */
const WOKEN = 1_000;

/**
 * What runs owe to the tasks that started them. The attempt of such a task is the child run itself: it lives while the run
 * is looked after, and ends as the run does. All of it may be done again.
 */
export class ChildRuns {
  constructor(
    private readonly runs: RunStore,
    private readonly ledger: TaskLedger,
    private readonly queue: StepQueue,
  ) {}

  /** Whether the task that started a run still waits for it, of which this is a sign of life; true where no task did. */
  async isWanted({ parent }: RunRecord): Promise<boolean> {
    return !parent?.token || this.ledger.renew(parent.runId, parent.step, parent.index, parent.token);
  }

  /** Has the children of a step that was closed looked at: they find that nobody waits for them. */
  async wakeChildren(runId: string, step: string): Promise<void> {
    const attempts = await this.ledger.running(runId, step, { limit: WOKEN, overdue: false });
    if (attempts.length > 0) await this.queue.wakeRuns(attempts.map(({ agentId }) => agentId));
  }

  /** Ends the task that started a run as the run has ended. True where that calls for the parent to be advanced. */
  async report(child: RunRecord): Promise<boolean> {
    const { parent } = child;
    if (!parent?.token) return false;
    const { runId, step, index, token } = parent;
    const definition = await this.runs.definition(runId);
    if (!definition) return false;
    const [task] = await this.runs.tasks(runId, step, index, 1);
    if (task?.state !== 'running' || task.agentId !== child.id) return false;
    const end = await this.endOf(child, workflowStepNamed(definition, step), task.attempts - task.lost);
    return this.end(runId, step, { index, token, end });
  }

  /**
   * Ends a task of a workflow step, and has a lane start what may be started then. Where a crash comes between, the sweeper
   * finds the step without a lane.
   * @returns whether the run is to be advanced
   */
  async end(runId: string, name: string, completion: Completion): Promise<boolean> {
    const definition = await this.runs.definition(runId);
    if (!definition) return false;
    const step = workflowStepNamed(definition, name);
    const { accepted, claim, ...tasks } = await this.ledger.completeAndClaim({
      runId,
      step: name,
      completion,
      maxParallel: parallelOf(definition, step),
    });
    if (!accepted) return false;
    if (claim.kind === 'drained' || failsFast(step, tasks)) return true;
    if (claim.kind === 'open' || claim.kind === 'wait') await this.queueLane(runId, definition, name);
    return false;
  }

  /** The generation is read after the task has ended: a lane of a later one is certain to see that. */
  private async queueLane(runId: string, definition: Definition, name: string): Promise<void> {
    const record = (await this.runs.load(runId))?.steps.find((s) => s.name === name);
    if (!record || !isOpen(record)) return;
    const generation = await this.runs.nextGeneration(runId, name, record.generation);
    await this.queue.addSteps(runId, [lanesOf(definition, { ...record, generation })]);
  }

  private async endOf(child: RunRecord, step: WorkflowStep, failures: number): Promise<AttemptEnd> {
    if (child.state !== 'completed') {
      const error = failureOf(child);
      return {
        kind: 'failed',
        error,
        retryInMs: retryDelay(step.retry, { failures, error }, Math.random()),
      };
    }
    const definition = (await this.runs.definition(child.id))!;
    const values = new RunValues(this.runs, child.id, definition);
    const result = await boundedText(await values.ofRun(), LIMITS.childResultBytes);
    if (result !== undefined) return { kind: 'completed', result };
    const message = `the result of run ${child.id} is larger than ${LIMITS.childResultBytes} bytes`;
    return { kind: 'failed', error: { code: 'RESULT_TOO_LARGE', message } };
  }
}

function failureOf({ id, state, error }: RunRecord): TaskError {
  if (state === 'cancelled' || error?.code === RUN_CANCELLED.code)
    return { code: 'CHILD_CANCELLED', message: `${TASK_ERRORS.CHILD_CANCELLED}: ${id}` };
  const why = error ? `: ${error.code}: ${error.message}` : '';
  return {
    code: 'CHILD_FAILED',
    message: `run ${id} is ${state}${why}`,
    ...(error?.detail && { detail: error.detail }),
  };
}
