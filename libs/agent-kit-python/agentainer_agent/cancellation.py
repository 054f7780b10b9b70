from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import Callable, Iterator, List, Optional


class TaskCancelled(BaseException):
    """
    The task is no longer wanted. No :class:`Exception`, so that a handler which takes up whatever goes wrong does not take
    this for a fault that passes.
    """

    #: What the worker is told, where the task ends because of it.
    code = 'TASK_CANCELLED'


class AgentStopped(TaskCancelled):
    """The agent was told to end: its task is to be tried again on another, whatever it would have come to."""

    code = 'AGENT_STOPPED'

    def __init__(self) -> None:
        super().__init__('the agent stops')


class Cancellation:
    """Whether a task is still wanted; may be asked from any thread."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.reason: Optional[TaskCancelled] = None
        self._lock = threading.Lock()
        self._calls: List[Callable[[], object]] = []

    def cancel(self, reason: TaskCancelled) -> None:
        """The first reason counts."""
        with self._lock:
            if self.reason is not None:
                return
            self.reason = reason
            calls = list(self._calls)
        self.event.set()
        for call in calls:
            call()

    def check(self) -> None:
        """:raises TaskCancelled: where the task is no longer wanted"""
        if self.reason is not None:
            raise self.reason

    @contextmanager
    def calling(self, call: Callable[[], object]) -> Iterator[None]:
        """Has ``call`` made, by whichever thread, where the task is cancelled meanwhile; at once where it was."""
        with self._lock:
            self._calls.append(call)
            is_cancelled = self.reason is not None
        if is_cancelled:
            call()
        try:
            yield
        finally:
            with self._lock:
                self._calls.remove(call)
