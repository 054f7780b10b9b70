import {
  compensatedBy,
  ConflictError,
  InvalidInputError,
  isTerminal,
  type Json,
  newId,
  NotFoundError,
  RUN_TRANSITIONS,
} from '@agentainer/core';
import type { RunStore } from './ports.js';
import type { RunRecord } from './records.js';
import { rerunPlan, type RerunScope } from './rerun-plan.js';
import type { RunAdvancer } from './run-advancer.js';
import type { RunStarter } from './run-starter.js';

export interface RerunOptions {
  /** The id that the new run gets. Repeating again with the id of a run that exists changes nothing. */
  id?: string;
  scope: RerunScope;
  /** What asks for it, where several that ask for different tasks may make the same run: the first one does, as its record says. */
  request?: string;
  /** In place of the input of the run that is repeated. */
  input?: Json;
}

/** Repeats runs that have ended, as new runs: what was is kept as it is. */
export class Rerunner {
  constructor(
    private readonly runs: RunStore,
    private readonly starter: Pick<RunStarter, 'enter'>,
    private readonly advancer: RunAdvancer,
  ) {}

  /**
   * @throws {NotFoundError} @throws {ConflictError} where the run has not ended, or has no task to run again, or where
   * what was to run all of those again was made to run others
   * @throws {InvalidInputError} where the run has no such step
   */
  async rerun(runId: string, { id = newId('run'), scope, request, input }: RerunOptions): Promise<RunRecord> {
    const [source, definition] = [await this.runs.load(runId), await this.runs.definition(runId)];
    if (!source || !definition) throw new NotFoundError('run', runId);
    if (!isTerminal(RUN_TRANSITIONS, source.state))
      throw new ConflictError(`run ${runId} is ${source.state}`);
    if (scope.kind === 'from_step' && !definition.steps.some((step) => step.name === scope.step)) {
      throw new InvalidInputError([
        { path: 'from_step', message: `"${scope.step}" is not a step of the run` },
      ]);
    }
    if (scope.kind !== 'whole' && (source.state === 'compensated' || source.state === 'compensation_failed'))
      throw new ConflictError(`run ${runId} was compensated: it can only be repeated as a whole`);
    const plan = rerunPlan(definition, source, scope);
    const way = definition.steps.filter((step) => compensatedBy(step) === undefined);
    if (way.every((step) => plan.get(step.name) === 'kept')) {
      throw new ConflictError(`run ${runId} has no task that did not complete`);
    }
    const isNamed = scope.kind === 'failed_only';
    if (isNamed) await this.runs.noteRedrive(runId, id);
    const redriven = definition.steps.filter(({ name }) => plan.has(name) && plan.get(name) !== 'kept');
    const run = await this.starter.enter({
      id,
      workflowId: source.workflowId,
      workflowVersion: source.workflowVersion,
      kin: source.kin,
      definition,
      input: input === undefined ? ((await this.runs.input(runId)) ?? 'null') : JSON.stringify(input),
      rerun: { of: runId, plan, request: isNamed ? id : request },
    });
    if (isNamed && run.redriveRequest !== id)
      throw new ConflictError(`run ${runId} is redriven by run ${id}`);
    // Redriven steps are open from the start; advancing a run that needs no change queues them.
    return redriven.length === 0 ? run : ((await this.advancer.advance(run.id, true)) ?? run);
  }
}
