import type { StepRecord } from './records.js';

/**
 * When a running step will have ended, in milliseconds since 1970, if its tasks go on ending as fast as they
 * did so far. Undefined where none has ended yet, and where the step does not run.
 */
export function estimatedEnd(step: StepRecord, readAt: number): number | undefined {
  const { pending, running, retrying } = step.counts;
  const left = pending + running + retrying;
  const ended = step.total - left;
  if (step.state !== 'running' || ended <= 0 || step.startedAt <= 0) return undefined;
  const each = Math.max(0, readAt - step.startedAt) / ended;
  return Math.round(readAt + each * left);
}
