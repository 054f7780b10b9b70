import {
  type Definition,
  InvalidInputError,
  LIMITS,
  TASK_ERRORS,
  type TaskError,
  withPriority,
  type WorkflowStep,
} from '@agentainer/core';
import { boundedText } from './bounded-text.js';
import { grownDefinition } from './grown-definition.js';
import type { AttemptEnd, RunningAttempt, RunStore, TaskLedger, WorkflowStore } from './ports.js';
import type { NewRun, RunRecord } from './records.js';
import type { RunAdvancer } from './run-advancer.js';
import type { RunStarter } from './run-starter.js';
import { inputOf } from './task-input.js';
import { RunValues } from './values.js';

/** Attempts looked after in one sweep of a step; those that follow are found by the next. */
const MENDED = 200;

/** Characters of the faults of a definition that its step's error tells. */
const MOST_FAULTS_LENGTH = 4_000;

/** The run and the step that a child is of. */
export interface Parentage {
  run: RunRecord;
  definition: Definition;
  step: WorkflowStep;
}

/** A task that was claimed for a run which is yet to be started; the run's id was claimed with it. */
export type ClaimedChild = RunningAttempt;

/** Starts the runs that workflow steps are made of. */
export class ChildStarter {
  constructor(
    private readonly runs: RunStore,
    private readonly ledger: TaskLedger,
    private readonly workflows: Pick<WorkflowStore, 'get'>,
    private readonly starter: Pick<RunStarter, 'enter'>,
    private readonly advancer: RunAdvancer,
  ) {}

  /** Starts the run of a claimed task. Harmless when repeated. @returns how the attempt has ended, where there can be no such run */
  async start(parentage: Parentage, task: ClaimedChild): Promise<AttemptEnd | undefined> {
    try {
      await this.starter.enter(await this.childOf(parentage, task));
      return undefined;
    } catch (error) {
      if (error instanceof NoChildError) return { kind: 'failed', error: error.reason };
      if (!(error instanceof InvalidInputError)) throw error;
      return { kind: 'failed', error: { code: 'INPUT_INVALID', message: `input: ${error.message}` } };
    }
  }

  /** Starts the runs of attempts that give no sign of life because who claimed them died before their runs were there. */
  async mend(parentage: Parentage): Promise<void> {
    const { run, step } = parentage;
    const overdue = await this.ledger.running(run.id, step.name, { limit: MENDED, overdue: true });
    for (const task of overdue) {
      const isOurs = await this.ledger.renew(run.id, step.name, task.index, task.token);
      const end = isOurs && (await this.mendAttempt(parentage, task));
      if (end) await this.advancer.endTask(run.id, step.name, { index: task.index, token: task.token, end });
    }
  }

  private async mendAttempt(parentage: Parentage, task: ClaimedChild): Promise<AttemptEnd | undefined> {
    const child = await this.runs.load(task.agentId);
    if (!child) return this.start(parentage, task);
    if (child.parent?.token === task.token) return undefined;
    // A claim that was sent twice took two tasks for one id, and the other one has it.
    return { kind: 'lost', error: { code: 'ATTEMPT_LOST', message: TASK_ERRORS.ATTEMPT_LOST } };
  }

  private async childOf({ run, definition, step }: Parentage, task: ClaimedChild): Promise<NewRun> {
    const depth = (run.parent?.depth ?? 0) + 1;
    if (depth > LIMITS.depth) throw new NoChildError('CHILD_TOO_DEEP', `at most ${LIMITS.depth} above a run`);
    const values = new RunValues(this.runs, run.id, definition);
    const plan = await this.planOf(values, step, run.kin);
    const given = await inputOf(values, definition, step, task.item);
    const input = await boundedText(given, LIMITS.childInputBytes);
    if (input === undefined) {
      throw new InvalidInputError([{ path: '', message: `has more than ${LIMITS.childInputBytes} bytes` }]);
    }
    const parent = { runId: run.id, step: step.name, index: task.index, token: task.token, depth };
    return { id: task.agentId, ...plan, definition: asUrgentAs(definition, plan.definition), input, parent };
  }

  /** What a child works by: a stored workflow, or a definition that was made for it. What has grown is of its parent's kin. */
  private async planOf(values: RunValues, step: WorkflowStep, kin: string): Promise<Plan> {
    if (step.workflow !== undefined) {
      const workflow = await this.workflows.get(step.workflow, step.version);
      if (!workflow) throw new NoChildError('WORKFLOW_NOT_FOUND', step.workflow);
      return { workflowId: workflow.id, workflowVersion: workflow.version, definition: workflow.definition };
    }
    try {
      const definition = await grownDefinition(values, this.workflows, step);
      return { workflowId: null, workflowVersion: null, kin, definition };
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      throw new NoChildError('DEFINITION_INVALID', error.message.slice(0, MOST_FAULTS_LENGTH));
    }
  }
}

/** A child is as urgent as its parent, unless its own definition says how urgent it is. */
function asUrgentAs(parent: Definition, child: Definition): Definition {
  return withPriority(child, child.config.priority ?? parent.config.priority);
}

type Plan = Pick<NewRun, 'workflowId' | 'workflowVersion' | 'kin' | 'definition'>;

/** No run can be started for a task. */
class NoChildError extends Error {
  readonly reason: TaskError;

  constructor(code: keyof typeof TASK_ERRORS, detail: string) {
    super(code);
    this.reason = { code, message: `${TASK_ERRORS[code]}: ${detail}` };
  }
}
