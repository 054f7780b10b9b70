import { type Definition, LIMITS, newId, type Step, validateDefinition } from '@agentainer/core';
import type { RunStore, WorkflowStore } from './ports.js';
import type { NewRun, RunRecord } from './records.js';
import type { RunStarter } from './run-starter.js';
import type { AskingAttempt, Start, StartReservation, StartStore } from './start-port.js';

/** Characters of a step's name, and of the name that it gives a job, that the job's step is named after. */
const NAME_PART = 30;

export type StartAnswer =
  /** `step` is the only one of a job. */
  | { kind: 'started'; runId: string; step?: string }
  | { kind: 'forbidden'; reason: string }
  | Exclude<StartReservation, { kind: 'reserved' }>;

/** Starts runs on behalf of tasks: what their steps allow, once for each call of a task, however often it is tried. */
export class TaskStarts {
  constructor(
    private readonly runs: Pick<RunStore, 'load' | 'definition'>,
    private readonly workflows: Pick<WorkflowStore, 'get'>,
    private readonly starts: StartStore,
    private readonly starter: Pick<RunStarter, 'enter'>,
  ) {}

  /** @throws {InvalidInputError} where the input has no value for a limit's key */
  async start(attempt: AskingAttempt, start: Start): Promise<StartAnswer> {
    const [run, definition] = [
      await this.runs.load(attempt.runId),
      await this.runs.definition(attempt.runId),
    ];
    const step = definition?.steps.find(({ name }) => name === attempt.step);
    if (!run || !step) return { kind: 'stale' };
    const depth = (run.parent?.depth ?? 0) + 1;
    const refusal = refusalOf(step, start, depth);
    if (refusal) return { kind: 'forbidden', reason: refusal };
    const plan = await this.planOf(run, attempt.step, start);
    if (!plan) return { kind: 'forbidden', reason: 'the workflow, or that version of it, does not exist' };
    const atMost = mayStart(step)!.at_most;
    const reserved = await this.starts.reserve(attempt, start, newId('run'), atMost);
    if (reserved.kind !== 'reserved') return reserved;
    const { runId, step: name, index } = attempt;
    const parent = { runId, step: name, index, depth };
    await this.starter.enter({ id: reserved.runId, ...plan, input: JSON.stringify(start.input), parent });
    const [only] = start.kind === 'job' ? plan.definition.steps : [];
    return { kind: 'started', runId: reserved.runId, ...(only && { step: only.name }) };
  }

  /** A job is listed with the workflow that it was started in, and is of the kin of the run that it was started in. */
  private async planOf(
    { workflowId, kin }: RunRecord,
    parentStep: string,
    start: Start,
  ): Promise<Plan | undefined> {
    if (start.kind === 'job') {
      return { workflowId, workflowVersion: null, kin, definition: jobOf(parentStep, start) };
    }
    const workflow = await this.workflows.get(start.workflow, start.version);
    if (!workflow) return undefined;
    return { workflowId: workflow.id, workflowVersion: workflow.version, definition: workflow.definition };
  }
}

type Plan = Pick<NewRun, 'workflowId' | 'workflowVersion' | 'kin' | 'definition'>;

function mayStart(step: Step) {
  return 'may_start' in step ? step.may_start : undefined;
}

function refusalOf(step: Step, start: Start, depth: number): string | undefined {
  const may = mayStart(step);
  if (depth > LIMITS.depth) return `at most ${LIMITS.depth} runs may be above a run`;
  if (start.kind === 'job') {
    return may?.images.includes(start.image)
      ? undefined
      : `the step may not start the image "${start.image}"`;
  }
  return may?.workflows.includes(start.workflow)
    ? undefined
    : `the step may not start workflow ${start.workflow}`;
}

/** A job's step is named after the step that started it. */
function jobOf(
  parentStep: string,
  { image, stepId = 'job', timeout, retry }: Start & { kind: 'job' },
): Definition {
  const name = `${parentStep.slice(0, NAME_PART)}--${stepId.slice(0, NAME_PART)}`;
  return validateDefinition({
    name: 'job',
    steps: [{ type: 'sequential', name, image, input: { input: '' }, timeout, retry }],
  });
}
