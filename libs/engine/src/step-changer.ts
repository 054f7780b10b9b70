import { ConflictError, InvalidInputError, NotFoundError } from '@agentainer/core';
import type { RunStore, StepQueue } from './ports.js';
import type { StepSettings } from './records.js';
import { hasManyTasks, lanesOf } from './step-lanes.js';

/** Changes a step while its run goes on. */
export class StepChanger {
  constructor(
    private readonly runs: Pick<RunStore, 'load' | 'definition' | 'configureStep' | 'nextGeneration'>,
    private readonly queue: Pick<StepQueue, 'addRun'>,
  ) {}

  /**
   * Takes effect at once: claims keep to the new bound, and a new generation of as many lanes takes over from
   * the one before, whose lanes end after their task. Saying the same again queues what a crash left out.
   * @throws {NotFoundError} where there is no such run or step
   * @throws {InvalidInputError} where the step is not a map
   * @throws {ConflictError} where the step or its run has ended
   */
  async change(runId: string, name: string, settings: StepSettings): Promise<void> {
    const definition = await this.runs.definition(runId);
    if (!definition) throw new NotFoundError('run', runId);
    const step = definition.steps.find((s) => s.name === name);
    if (!step) throw new NotFoundError(`step of run ${runId}`, name);
    if (!hasManyTasks(step) && settings.maxParallel !== undefined) {
      throw new InvalidInputError([
        { path: 'max_parallel', message: `is of a step with many tasks; ${name} is none` },
      ]);
    }
    const answer = await this.runs.configureStep(runId, name, settings);
    if (answer === 'unknown') throw new NotFoundError('run', runId);
    if (answer === 'ended') throw new ConflictError(`step ${name} has ended: it no longer changes`);
    if (settings.maxParallel !== undefined) await this.queueLanes(runId, name);
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
