from __future__ import annotations

from typing import List, Optional

from .cancellation import Cancellation, TaskCancelled


class RunningTask:
    """A task that the agent runs."""

    def __init__(self, task_id: str) -> None:
        self.id = task_id
        self.cancellation = Cancellation()


class StaleLease(Exception):
    """A newer lease was seen: whoever asks has lost the agent."""


class SlotBusy(Exception):
    """The same lease runs a task already, or there is no such slot."""


class TaskSlot:
    """Who may run a task here: the newest lease, one task at a time."""

    def __init__(self) -> None:
        self._highest_epoch = 0
        self._running: Optional[RunningTask] = None
        #: Whether a task was begun while an aborted one may not have ended.
        self._overlapped = False

    def admit(self, task_id: str, epoch: int) -> RunningTask:
        """
        A newer lease ends the task that runs for an older one.

        :raises StaleLease, SlotBusy:
        """
        if epoch < self._highest_epoch:
            raise StaleLease('a newer lease was seen')
        if self._running and epoch == self._highest_epoch:
            raise SlotBusy('another task runs')
        if self.abort(TaskCancelled('a newer lease took the agent')):
            self._overlapped = True
        self._highest_epoch = epoch
        self._running = RunningTask(task_id)
        return self._running

    def abort(self, reason: TaskCancelled, task_id: Optional[str] = None) -> bool:
        """Aborts the task that runs; only that one where an id is given. False where there was none."""
        if self._running is None or task_id not in (None, self._running.id):
            return False
        self._running.cancellation.cancel(reason)
        return True

    def leave(self, task: RunningTask) -> None:
        """Says that the task's handler has ended."""
        if self._running is task:
            self._running = None

    def is_alone(self, task: RunningTask) -> bool:
        """Whether no other task can have done anything since this one was admitted."""
        return self._running is task and not self._overlapped

    @property
    def is_busy(self) -> bool:
        return self._running is not None


class TaskSlots:
    """Who may run tasks here that serves several at once: each lease has a slot of its own, and in it the newest one counts."""

    def __init__(self, count: int) -> None:
        self._slots: List[TaskSlot] = [TaskSlot() for _ in range(count)]

    def admit(self, slot: int, task_id: str, epoch: int) -> RunningTask:
        """:raises StaleLease, SlotBusy:"""
        if slot >= len(self._slots):
            raise SlotBusy(f'the agent serves {len(self._slots)} tasks at once, from slot 0 on')
        return self._slots[slot].admit(task_id, epoch)

    def abort(self, reason: TaskCancelled, task_id: Optional[str] = None) -> bool:
        return any([slot.abort(reason, task_id) for slot in self._slots])

    def leave(self, task: RunningTask) -> None:
        for slot in self._slots:
            slot.leave(task)

    def is_alone(self, task: RunningTask) -> bool:
        return any(slot.is_alone(task) for slot in self._slots)

    @property
    def is_busy(self) -> bool:
        return any(slot.is_busy for slot in self._slots)
