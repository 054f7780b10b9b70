import { type RunningTask, TaskSlot } from './task-slot.js';

const admitted = (slot: TaskSlot, id: string, epoch: number): RunningTask => {
  const admission = slot.admit(id, epoch);
  if (admission.kind !== 'admitted') throw new Error(admission.kind);
  return admission.task;
};

it('ends the task that runs for each newer lease, and not only for the first one', () => {
  const slot = new TaskSlot();
  const tasks = [1, 2, 3].map((epoch) => admitted(slot, `t${epoch}`, epoch));
  expect(tasks.map((task) => task.abort.signal.aborted)).toEqual([true, true, false]);
});

it('refuses an older lease, and a second task of the same one', () => {
  const slot = new TaskSlot();
  const task = admitted(slot, 't', 5);
  expect(slot.admit('u', 4).kind).toBe('stale');
  expect(slot.admit('u', 5).kind).toBe('busy');
  slot.leave(task);
  expect(slot.admit('u', 5).kind).toBe('admitted');
});
