import { type Admission, type RunningTask, type TaskAbortedError, TaskSlot } from './task-slot.js';

/** Who may run tasks here that serves several at once: each lease has a slot of its own, and in it the newest one counts. */
export class TaskSlots {
  private readonly slots: readonly TaskSlot[];

  /** @param count tasks at once, at most */
  constructor(count: number) {
    this.slots = Array.from({ length: count }, () => new TaskSlot());
  }

  /** Undefined where there is no such slot. */
  admit(slot: number, id: string, epoch: number): Admission | undefined {
    return this.slots[slot]?.admit(id, epoch);
  }

  /** Aborts the tasks that run; only the one with this id where it is given. False where there was none. */
  abort(reason: TaskAbortedError, id?: string): boolean {
    return this.slots.map((slot) => slot.abort(reason, id)).includes(true);
  }

  /** Says that a task's handler has ended. */
  leave(task: RunningTask): void {
    for (const slot of this.slots) slot.leave(task);
  }

  /** Whether nothing else of its slot can be at work any more that began before it. */
  isAlone(task: RunningTask): boolean {
    return this.slots.some((slot) => slot.isAlone(task));
  }

  get isBusy(): boolean {
    return this.slots.some((slot) => slot.isBusy);
  }
}
