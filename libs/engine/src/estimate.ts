import type { StepRecord } from './records.js';

/**
 * When a running step will have ended, in milliseconds since 1970, if its tasks go on ending as fast as they
 * did so far, and `further` ones that are not in line yet. Undefined where none has ended yet, and where the step does not run.
 */
export function estimatedEnd(step: StepRecord, readAt: number, further = 0): number | undefined {
  const { pending, running, retrying } = step.counts;
  const left = pending + running + retrying;
  const ended = step.total - left;
  if (step.state !== 'running' || ended <= 0 || step.startedAt <= 0) return undefined;
  const each = Math.max(0, readAt - step.startedAt) / ended;
  return Math.round(readAt + each * (left + further));
}
