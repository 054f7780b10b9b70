import { type RunningTask, TaskAbortedError } from './task-slot.js';
import { TaskSlots } from './task-slots.js';

const admitted = (slots: TaskSlots, slot: number, id: string, epoch: number): RunningTask => {
  const admission = slots.admit(slot, id, epoch);
  if (admission?.kind !== 'admitted') throw new Error(admission?.kind ?? 'no such slot');
  return admission.task;
};

it('runs a task in each slot, whichever lease is newer, and knows no other slots', () => {
  const slots = new TaskSlots(2);
  const tasks = [admitted(slots, 0, 'a', 9), admitted(slots, 1, 'b', 3)];
  expect(tasks.map((task) => task.abort.signal.aborted)).toEqual([false, false]);
  expect(slots.admit(2, 'c', 10)).toBeUndefined();
  slots.leave(tasks[0]!);
  expect(slots.isBusy).toBe(true);
  slots.leave(tasks[1]!);
  expect(slots.isBusy).toBe(false);
});

it('ends the task of an older lease in its own slot alone, and refuses that lease from then on', () => {
  const slots = new TaskSlots(2);
  const [older, other] = [admitted(slots, 0, 'a', 3), admitted(slots, 1, 'b', 4)];
  const newer = admitted(slots, 0, 'c', 5);
  expect([older, other, newer].map((task) => task.abort.signal.aborted)).toEqual([true, false, false]);
  expect(slots.admit(0, 'd', 4)?.kind).toBe('stale');
  expect([newer, other].map((task) => slots.isAlone(task))).toEqual([false, true]);
});

it('aborts the task with an id, or all', () => {
  const slots = new TaskSlots(3);
  const tasks = [0, 1, 2].map((slot) => admitted(slots, slot, `t${slot}`, 1));
  expect(slots.abort(new TaskAbortedError('cancelled'), 't1')).toBe(true);
  expect(slots.abort(new TaskAbortedError('cancelled'), 'nobody')).toBe(false);
  expect(tasks.map((task) => task.abort.signal.aborted)).toEqual([false, true, false]);
  expect(slots.abort(new TaskAbortedError('stopped'))).toBe(true);
  expect(tasks.map((task) => task.abort.signal.aborted)).toEqual([true, true, true]);
});
