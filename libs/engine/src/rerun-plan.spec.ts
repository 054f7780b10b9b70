import { type StepState, type TaskState, validateDefinition } from '@agentainer/core';
import type { RunRecord, StepRecord } from './records.js';
import { type RerunPart, rerunPlan, type RerunScope } from './rerun-plan.js';

const definition = validateDefinition({
  name: 'w',
  steps: [
    { name: 'list', image: 'x' },
    { type: 'map', name: 'map', image: 'x', items: { step: 'list' } },
    { type: 'reduce', name: 'reduce', image: 'x', over: 'map' },
    { name: 'aside', image: 'x' },
    { name: 'join', image: 'x', depends_on: ['reduce', 'aside'] },
  ],
});

/** Steps by `name: state tasks`; `c` is a completed task, `f` one that failed. */
function planOf(
  steps: Record<string, string>,
  scope: RerunScope,
  workflow = definition,
): Record<string, RerunPart> {
  const records = definition.steps.map(({ name }): StepRecord => {
    const [state, tasks = 'c'] = (steps[name] ?? 'completed').split(' ');
    const of = (letter: string) => [...tasks].filter((t) => t === letter).length;
    const zero = { pending: 0, running: 0, retrying: 0, timed_out: 0, cancelled: 0 };
    const counts = { ...zero, completed: of('c'), failed: of('f') } as Record<TaskState, number>;
    const total = of('c') + of('f');
    return { name, state: state as StepState, total, counts } as StepRecord;
  });
  return Object.fromEntries(rerunPlan(workflow, { steps: records } as RunRecord, scope));
}

const failedMap = { map: 'failed ccf', reduce: 'skipped -', join: 'skipped -' };

const redrive = (tasks: Record<string, number[]>): RerunScope => ({
  kind: 'redrive',
  tasks: new Map(Object.entries(tasks).map(([step, indexes]) => [step, new Set(indexes)])),
});

it('takes nothing over where the whole run is repeated', () => {
  expect(planOf({}, { kind: 'whole' })).toEqual({});
});

it('keeps what does not depend on the step that it begins with', () => {
  expect(planOf({}, { kind: 'from_step', step: 'map' })).toEqual({ list: 'kept', aside: 'kept' });
  expect(planOf({}, { kind: 'from_step', step: 'aside' })).toEqual({
    list: 'kept',
    map: 'kept',
    reduce: 'kept',
  });
});

it('computes steps before it anew that did not complete, and what depends on them', () => {
  expect(planOf(failedMap, { kind: 'from_step', step: 'join' })).toEqual({ list: 'kept', aside: 'kept' });
});

it('keeps the good results of a map whose other tasks are run again', () => {
  expect(planOf(failedMap, { kind: 'failed_only' })).toEqual({
    list: 'kept',
    map: 'redriven',
    aside: 'kept',
  });
});

it('runs failed tasks again of a step that went on with partial results', () => {
  const plan = planOf({ map: 'completed ccf' }, { kind: 'failed_only' });
  expect(plan).toEqual({ list: 'kept', map: 'redriven', aside: 'kept' });
});

it('keeps no result of a map whose items may be others', () => {
  expect(planOf({ ...failedMap, list: 'failed f' }, { kind: 'failed_only' })).toEqual({ aside: 'kept' });
});

it('keeps all of a run in which nothing failed', () => {
  expect(Object.keys(planOf({}, { kind: 'failed_only' }))).toHaveLength(5);
});

it('leaves a branch alone that was not taken, and what was merged without it', () => {
  const all = { list: 'kept', map: 'kept', reduce: 'kept', aside: 'kept', join: 'kept' };
  expect(planOf({ aside: 'skipped -' }, { kind: 'failed_only' })).toEqual(all);
  const { join: _, ...others } = all;
  expect(planOf({ aside: 'skipped -' }, { kind: 'from_step', step: 'join' })).toEqual(others);
});

it('runs failed tasks again that were chosen, and keeps the others as they failed', () => {
  const steps = { map: 'failed cff', reduce: 'skipped -', aside: 'failed f', join: 'skipped -' };
  expect(planOf(steps, redrive({ map: [2] }))).toEqual({
    list: 'kept',
    map: { again: new Set([2]) },
    aside: 'kept',
  });
  expect(planOf(steps, redrive({ aside: [0] }))).toEqual({ list: 'kept', map: 'kept', reduce: 'kept' });
});

it('also runs what was cut off with the run', () => {
  const steps = { map: 'failed cf', reduce: 'skipped -', aside: 'cancelled -', join: 'cancelled -' };
  expect(planOf(steps, redrive({ map: [1] }))).toEqual({ list: 'kept', map: { again: new Set([1]) } });
});

it('keeps no failure of a step that would fail by it before the others are tried', () => {
  const hasty = structuredClone(definition);
  Object.assign(hasty.steps[1]!, { on_failure: 'fail_fast' });
  expect(planOf({ map: 'failed cff' }, redrive({ map: [2] }), hasty).map).toBe('redriven');
});
