import {
  ConflictError,
  type Fault,
  InvalidInputError,
  isMap,
  NotFoundError,
  type Step,
} from '@agentainer/core';
import type { RunStore, StepQueue } from './ports.js';
import type { StepSettings } from './records.js';
import type { RunAdvancer } from './run-advancer.js';
import { hasManyTasks, lanesOf } from './step-lanes.js';

/** Changes a step while its run goes on. */
export class StepChanger {
  constructor(
    private readonly runs: Pick<RunStore, 'load' | 'definition' | 'configureStep' | 'nextGeneration'>,
    private readonly queue: Pick<StepQueue, 'addRun'>,
    private readonly advancer: Pick<RunAdvancer, 'advance'>,
  ) {}

  /**
   * Takes effect at once: claims keep to the new settings, a step of which too many tasks failed is closed where it is to
   * fail fast, and a new generation of lanes takes over from the one before, whose lanes end after their task. Saying the
   * same again does what a crash left out.
   * @throws {NotFoundError} where there is no such run or step
   * @throws {InvalidInputError} where the step has no such setting
   * @throws {ConflictError} where the step or its run has ended
   */
  async change(runId: string, name: string, settings: StepSettings): Promise<void> {
    const definition = await this.runs.definition(runId);
    if (!definition) throw new NotFoundError('run', runId);
    const step = definition.steps.find((s) => s.name === name);
    if (!step) throw new NotFoundError(`step of run ${runId}`, name);
    const faults = settingFaults(step, settings);
    if (faults.length > 0) throw new InvalidInputError(faults);
    const answer = await this.runs.configureStep(runId, name, settings);
    if (answer === 'unknown') throw new NotFoundError('run', runId);
    if (answer === 'ended') throw new ConflictError(`step ${name} has ended: it no longer changes`);
    if (settings.failureTolerance !== undefined) await this.advancer.advance(runId);
    // A lane that found too many failures by the tolerance before has ended by now, or will.
    await this.queueLanes(runId, name);
  }

  /** A step that is not open, or whose run is paused, gets its lanes later. */
  private async queueLanes(runId: string, name: string): Promise<void> {
    const run = await this.runs.load(runId);
    const definition = await this.runs.definition(runId);
    const record = run?.steps.find((s) => s.name === name);
    if (!record || !definition || run?.state !== 'running') return;
    if (record.state !== 'ready' && record.state !== 'running') return;
    const generation = await this.runs.nextGeneration(runId, name, record.generation);
    await this.queue.addRun(runId, [lanesOf(definition, { ...record, generation })]);
  }
}

function settingFaults(step: Step, { maxParallel, failureTolerance }: StepSettings): Fault[] {
  const faults: Fault[] = [];
  if (maxParallel !== undefined && !hasManyTasks(step)) {
    const message = `is of a step with many tasks; ${step.name} is none`;
    faults.push({ path: 'max_parallel', message });
  }
  if (failureTolerance !== undefined && (!isMap(step) || step.continue_on_partial)) {
    const why = isMap(step) ? 'has continue_on_partial, for which one success is enough' : 'is no map step';
    faults.push({ path: 'failure_tolerance', message: `cannot be set: ${step.name} ${why}` });
  }
  return faults;
}
