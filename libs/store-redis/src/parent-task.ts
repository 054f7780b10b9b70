import { formatTaskId, parseTaskId } from '@agentainer/core';
import type { ChildRun, ParentTask } from '@agentainer/engine';

/** The task that started a run, as the run's record has it. */
export function writeParent({ token = '', depth, ...task }: ParentTask): string {
  return [formatTaskId(task), token, depth].join('|');
}

export function readParent(text: string | null | undefined): ParentTask | undefined {
  if (!text) return undefined;
  const [task, token, depth] = text.split('|') as [string, string, string];
  return { ...parseTaskId(task)!, ...(token && { token }), depth: Number(depth) };
}

/** Digits of an index, so that the order of texts is that of indexes. */
const DIGITS = 9;

/** An entry of a run's index of children. */
export function writeChild({ step, index, childId }: ChildRun): string {
  return `${childPrefix(step, index)}${childId}`;
}

/** What entries of a step, or of one of its tasks, begin with. */
export function childPrefix(step: string, index?: number): string {
  return index === undefined ? `${step}|` : `${step}|${String(index).padStart(DIGITS, '0')}|`;
}

export function readChild(text: string): ChildRun {
  const [step, index, childId] = text.split('|') as [string, string, string];
  return { step, index: Number(index), childId };
}
