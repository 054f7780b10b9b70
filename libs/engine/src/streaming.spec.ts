import { type DefinitionInput, type StepState, type TaskState, validateDefinition } from '@agentainer/core';
import { decide } from './decide.js';
import type { RunRecord, StepRecord, TaskCounts } from './records.js';

const NONE: TaskCounts = {
  pending: 0,
  running: 0,
  retrying: 0,
  completed: 0,
  failed: 0,
  timed_out: 0,
  cancelled: 0,
};

function step(name: string, state: StepState, given: Partial<Record<TaskState, number>> = {}): StepRecord {
  const counts = { ...NONE, ...given };
  const total = Object.values(counts).reduce((a, b) => a + b, 0);
  const times = { openedAt: 0, touchedAt: 0, startedAt: 0, finishedAt: 0 };
  return { name, state, total, counts, dropped: 0, generation: 0, streamed: name === 'm', ...times };
}

const map = { type: 'map' as const, name: 'm', image: 'x', items: [1, 2, 3] };
const reduce = { type: 'reduce' as const, name: 'r', image: 'x', over: 'm', stream: true };
const of = (...steps: DefinitionInput['steps']) => validateDefinition({ name: 'w', steps });
const alone = of(map, reduce);

function decided(definition: typeof alone, ...steps: StepRecord[]) {
  const times = { createdAt: 0, finishedAt: 0, deadline: 1, readAt: 0, revision: 0 };
  const run = {
    id: 'run',
    workflowId: null,
    kin: 'jobs',
    workflowVersion: null,
    state: 'running' as const,
    ...times,
    steps,
  };
  const decision = decide(definition, run satisfies RunRecord);
  return {
    open: decision.open.map(({ name }) => name),
    close: decision.close.map(({ step: name, to }) => `${name} ${to}`),
    finish: decision.end?.to,
  };
}
const nothing = { open: [], close: [], finish: undefined };
const going = step('m', 'running', { completed: 1, running: 1, pending: 1 });

it('opens a streaming reducer when its map is open, and not before that is recorded', () => {
  expect(decided(alone, step('m', 'pending'), step('r', 'pending'))).toEqual({ ...nothing, open: ['m'] });
  expect(decided(alone, step('m', 'ready', { pending: 3 }), step('r', 'pending'))).toMatchObject({
    open: ['r'],
  });
  expect(decided(alone, going, step('r', 'pending'))).toMatchObject({ open: ['r'] });
  expect(decided(alone, step('m', 'completed'), step('r', 'pending'))).toMatchObject({ open: ['r'] });
});

it('waits for the end of a map whose order is not kept', () => {
  expect(decided(alone, { ...going, streamed: false }, step('r', 'pending'))).toEqual(nothing);
});

it('waits for the other steps that it depends on', () => {
  const more = of(map, { name: 'a', image: 'x' }, { ...reduce, depends_on: ['a'] });
  expect(decided(more, going, step('a', 'running', { running: 1 }), step('r', 'pending'))).toEqual(nothing);
  expect(decided(more, going, step('a', 'completed'), step('r', 'pending'))).toMatchObject({ open: ['r'] });
  expect(decided(more, going, step('a', 'failed'), step('r', 'pending'))).toMatchObject({
    close: ['r skipped'],
  });
});

it('ends the map with the reducer, and no map that another step needs', () => {
  const answered = step('r', 'running', { completed: 1 });
  expect(decided(alone, going, answered)).toEqual({
    ...nothing,
    close: ['r completed', 'm completed'],
    finish: 'completed',
  });
  const two = of(map, reduce, { ...reduce, name: 's' });
  const other = step('s', 'running', { running: 1 });
  expect(decided(two, going, answered, other)).toMatchObject({ close: ['r completed'] });
  expect(decided(two, going, step('r', 'completed'), step('s', 'running', { completed: 1 }))).toMatchObject({
    close: ['s completed', 'm completed'],
  });
  const late = of(map, reduce, { name: 'a', image: 'x', depends_on: ['m'] });
  expect(decided(late, going, answered, step('a', 'pending'))).toMatchObject({ close: ['r completed'] });
});

it('leaves the map alone when the reducer fails or is skipped', () => {
  expect(decided(alone, going, step('r', 'running', { failed: 1 }))).toEqual({
    ...nothing,
    close: ['r failed'],
  });
  expect(decided(alone, going, step('r', 'skipped'))).toEqual(nothing);
});

it('ends the reducer with a map after whose end it would not run', () => {
  const failed = step('m', 'running', { completed: 1, failed: 2 });
  const reading = step('r', 'running', { running: 1 });
  expect(decided(alone, failed, reading)).toEqual({
    ...nothing,
    close: ['m failed', 'r cancelled'],
    finish: 'failed',
  });
  const first = { name: 'a', image: 'x' };
  const any = of(first, map, { ...reduce, depends_on: ['a'], join: 'any' });
  expect(decided(any, step('a', 'completed'), failed, reading)).toMatchObject({ close: ['m failed'] });
});
