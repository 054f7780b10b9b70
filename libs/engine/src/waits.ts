import { type Json, type OnTimeout, TASK_ERRORS, type TaskError, type WaitStep } from '@agentainer/core';
import type { RunRecord, StepRecord } from './records.js';

/** How a step's wait ends. A signal is named by its number: the record has its data. */
export type WaitEnd =
  | { to: 'completed'; result: Json }
  | { to: 'completed'; signal: { name: string; number: number } }
  | { to: 'failed'; error: TaskError }
  | { to: 'skipped' };

export interface EndedWait {
  step: string;
  end: WaitEnd;
}

/** Hands the signals of a run to the steps that wait for them, in the order of the definition; each goes to one step. */
export class SignalDesk {
  private readonly taken = new Map<string, number>();

  constructor(private readonly run: RunRecord) {}

  /** The number of the next signal of that name, if it is there. */
  take(name: string): number | undefined {
    const { sent = 0, taken = 0 } = this.run.signals?.get(name) ?? {};
    const next = this.taken.get(name) ?? taken;
    if (next >= sent) return undefined;
    this.taken.set(name, next + 1);
    return next;
  }
}

/** How the wait of a waiting step has ended, if it has: its signal is there, or its time is over. */
export function endOfWait(
  step: WaitStep,
  record: StepRecord,
  run: RunRecord,
  desk: SignalDesk,
): WaitEnd | undefined {
  const number = step.signal && desk.take(step.signal.name);
  if (number !== undefined) return { to: 'completed', signal: { name: step.signal!.name, number } };
  if (!record.dueAt || run.readAt < record.dueAt) return undefined;
  switch (policyOf(step)) {
    case 'continue':
      return { to: 'completed', result: null };
    case 'skip':
      return { to: 'skipped' };
    case 'fail':
      return { to: 'failed', error: { code: 'WAIT_TIMEOUT', message: TASK_ERRORS.WAIT_TIMEOUT } };
  }
}

/** When the wait of a step is over if it begins at `now`, in milliseconds since 1970; undefined where nothing but its run ends it. */
export function endOfTime(step: WaitStep, now: number): number | undefined {
  if (step.until !== undefined) return Date.parse(step.until);
  const length = step.sleep ?? (step.signal ?? step.approval)?.timeout;
  return length === undefined ? undefined : now + length;
}

/** A sleep that is over has done what it was for. */
function policyOf(step: WaitStep): OnTimeout {
  const limited = step.signal ?? step.approval;
  return limited ? (limited.on_timeout ?? 'fail') : 'continue';
}
