import {
  type ConditionOutcome,
  type Definition,
  type FailureTolerance,
  isTerminal,
  type RunState,
  STEP_TRANSITIONS,
  type StepState,
  TASK_TRANSITIONS,
  type TaskError,
  type TaskState,
} from '@agentainer/core';
import {
  type AttemptRecord,
  NO_AGENT,
  type RunEvent,
  type RunRecord,
  type StepRecord,
  type StoredOutcome,
  type TaskCounts,
  type TaskRecord,
} from '@agentainer/engine';
import { readParent } from './parent-task.js';

export const RUN_FIELDS = [
  'workflow',
  'version',
  'state',
  'createdAt',
  'finishedAt',
  'deadline',
  'error',
  'revision',
  'rerunOf',
  'redrivenBy',
  'parent',
  'kin',
  'redriveRequest',
  'pausedMs',
  'pausedAt',
] as const;

type Fields = Record<string, string>;

/** The record that a run's hashes hold. */
export function readRun(
  id: string,
  definition: Definition,
  run: (string | null)[],
  steps: Fields,
  readAt: number,
): RunRecord {
  const [workflow, version, state, createdAt, finishedAt, deadline, error, revision, ...others] = run;
  const [rerunOf, redrivenBy, parent, kin, redriveRequest, pausedMs, pausedAt] = others;
  const paused = Number(pausedMs ?? 0) + (pausedAt ? readAt - Number(pausedAt) : 0);
  return {
    id,
    workflowId: workflow || null,
    workflowVersion: version ? Number(version) : null,
    kin: kinOf(id, workflow, kin),
    ...(rerunOf && { rerunOf }),
    ...(redrivenBy && { redrivenBy }),
    ...(redriveRequest && { redriveRequest }),
    ...(parent && { parent: readParent(parent) }),
    state: state as RunState,
    createdAt: Number(createdAt),
    finishedAt: Number(finishedAt ?? 0),
    deadline: Number(deadline),
    revision: Number(revision),
    readAt,
    error: readError(error),
    signals: readSignals(steps),
    steps: definition.steps.map((step) => readStep(step.name, steps, paused)),
  };
}

/** A run that is of no workflow and has no other kin shares agents with no run. */
export function kinOf(runId: string, workflowId: string | null | undefined, kin: string | null | undefined) {
  return kin || workflowId || runId;
}

/** @param paused milliseconds for which its run has been paused so far */
function readStep(name: string, fields: Fields, paused: number): StepRecord {
  const number = (field: string) => Number(fields[`${name}:${field}`] ?? 0);
  const counts = Object.fromEntries(
    (Object.keys(TASK_TRANSITIONS) as TaskState[]).map((state) => [state, number(state)]),
  ) as TaskCounts;
  return {
    name,
    state: (fields[`${name}:state`] ?? 'pending') as StepState,
    total: number('total'),
    counts,
    dropped: number('dropped'),
    generation: number('generation'),
    maxParallel: number('maxParallel') || undefined,
    failureTolerance: readTolerance(fields[`${name}:failureTolerance`]),
    openedAt: number('openedAt'),
    linedUpAt: number('linedUpAt') || undefined,
    ...(paused > 0 && { paused: pausedSince(paused, number('pausedBefore'), number('pausedBeforeLine')) }),
    touchedAt: number('touchedAt'),
    startedAt: number('startedAt'),
    finishedAt: number('finishedAt'),
    error: readError(fields[`${name}:error`]),
    streamed: fields[`${name}:streamed`] !== undefined,
    dueAt: number('dueAt'),
    condition: readCondition(fields[`${name}:condition`]),
  };
}

/** @param before how long the run had been paused when the step was opened, and when tasks of it were put in line later */
function pausedSince(paused: number, before: number, beforeLine: number): StepRecord['paused'] {
  return { sinceOpened: paused - before, sinceLinedUp: paused - Math.max(before, beforeLine) };
}

/** A count, or a share such as `20%`. */
export function readTolerance(text: string | undefined): FailureTolerance | undefined {
  if (!text) return undefined;
  return text.endsWith('%') ? text : Number(text);
}

/** Their numbers are kept beside the steps', under names that no step can have. */
function readSignals(fields: Fields): RunRecord['signals'] {
  const sent = Object.keys(fields).filter((field) => field.startsWith('#sent:'));
  const names = sent.map((field) => field.slice('#sent:'.length));
  return new Map(
    names.map((name) => [
      name,
      { sent: Number(fields[`#sent:${name}`]), taken: Number(fields[`#taken:${name}`] ?? 0) },
    ]),
  );
}

function readCondition(text: string | undefined): ConditionOutcome | undefined {
  return text ? (JSON.parse(text) as ConditionOutcome) : undefined;
}

function readError(text: string | null | undefined): TaskError | undefined {
  return text ? (JSON.parse(text) as TaskError) : undefined;
}

/** `r<JSON>` is a result, `e<JSON>` an error, `d` a dropped item. */
export function readOutcome(text: string | null): StoredOutcome | undefined {
  if (!text) return undefined;
  if (text === 'd') return { dropped: true };
  return text.startsWith('r') ? { result: text.slice(1) } : { error: JSON.parse(text.slice(1)) as TaskError };
}

/**
 * A task's record from its text; a task without one was never claimed. A task that was open when its step
 * was closed has ended with it.
 */
export function readTask(
  address: { runId: string; step: string; index: number },
  text: string | null,
  step: { state: StepState; openTasks: string | null; openedAt: number; finishedAt: number },
): TaskRecord {
  const [state = 'pending', attempts, lost, , agentId, createdAt, startedAt, finishedAt] =
    text?.split('|') ?? [];
  const ended = isTerminal(TASK_TRANSITIONS, state as TaskState);
  const cutOff = !ended && isTerminal(STEP_TRANSITIONS, step.state);
  return {
    ...address,
    state: (cutOff ? (step.openTasks ?? 'cancelled') : state) as TaskState,
    attempts: Number(attempts ?? 0),
    lost: Number(lost ?? 0),
    agentId: agentOf(agentId),
    createdAt: Number(createdAt ?? step.openedAt),
    startedAt: Number(startedAt ?? 0),
    finishedAt: cutOff ? step.finishedAt : Number(finishedAt ?? 0),
  };
}

function agentOf(text = ''): string | undefined {
  return text === '' || text === NO_AGENT ? undefined : text;
}

/** An entry of the stream: its id is `1-<n>`, and events count from 1. */
export function readEvent([id, fields]: [string, string[]]): RunEvent {
  const data: Record<string, string> = {};
  for (let i = 0; i + 1 < fields.length; i += 2) data[fields[i]!] = fields[i + 1]!;
  const { at, type, ...rest } = data;
  return { id: Number(id.split('-')[1]) + 1, at: Number(at), type: type!, data: rest };
}

/** A task's history: a line for each attempt. */
export function readHistory(text: string | null): AttemptRecord[] {
  const lines = (text ?? '').split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [, attempt, endedAt, agentId, end, error] = /^(\d+)\|(\d+)\|([^|]*)\|([^|]*)\|([^]*)$/.exec(line)!;
    return {
      attempt: Number(attempt),
      endedAt: Number(endedAt),
      agentId: agentOf(agentId),
      end: end as AttemptRecord['end'],
      error: JSON.parse(error!) as TaskError,
    };
  });
}
