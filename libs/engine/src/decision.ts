import type { Step, TaskStep, WaitStep } from '@agentainer/core';
import type { RunEnding } from './compensation.js';
import type { RunChange } from './ports.js';
import type { EndedWait } from './waits.js';

/** What a run's record asks for. `open` steps need their tasks laid out before they are opened. */
export interface Decision {
  close: Extract<RunChange, { kind: 'close' }>[];
  open: TaskStep[];
  /** Steps that get further tasks. */
  extend: Extract<RunChange, { kind: 'extend' }>[];
  /** Steps that begin to wait, and waits that end. */
  wait: WaitStep[];
  endWait: EndedWait[];
  /** Steps that could be opened, were it known whether their conditions hold. */
  ask: Step[];
  /** Ends the run, or has it compensated; with that, all holds only for the revision that was looked at. */
  end?: Extract<RunChange, { kind: 'finish' | 'compensate' }>;
}

export function noDecision(): Decision {
  return { close: [], open: [], extend: [], wait: [], endWait: [], ask: [] };
}

/** Adds what ends a run to a decision. */
export function endBy(decision: Decision, changes: RunEnding[]): Decision {
  for (const change of changes) {
    if (change.kind === 'close') decision.close.push(change);
    else decision.end = change;
  }
  return decision;
}
