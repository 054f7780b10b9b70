import { NotFoundError } from '@agentainer/core';
import type { Rerunner, RerunOptions, RunRecord } from '@agentainer/engine';
import type { FakeRuns } from './fake-runs.js';

/** Adds runs that repeat others and that nothing works on. */
export class FakeRerunner implements Pick<Rerunner, 'rerun'> {
  /** What was asked for, in order. */
  readonly asked: RerunOptions[] = [];

  constructor(private readonly runs: FakeRuns) {}

  rerun(runId: string, options: RerunOptions): Promise<RunRecord> {
    const source = this.runs.runs.get(runId);
    if (!source) return Promise.reject(new NotFoundError('run', runId));
    this.asked.push(options);
    const { id, input, request } = options;
    const run = this.runs.add({
      ...source.options,
      id,
      ...(input !== undefined && { input }),
      rerunOf: runId,
      redriveRequest: request,
    });
    return Promise.resolve(run.record());
  }
}
