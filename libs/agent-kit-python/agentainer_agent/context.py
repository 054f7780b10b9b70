from __future__ import annotations

import subprocess
import threading
from typing import Any, Dict, NamedTuple, Optional, TypeVar

from .cancellation import Cancellation
from .heartbeats import Heartbeats
from .progress import Progress
from .task_calls import TaskCalls
from .task_log import STREAMS, TaskLog
from .task_request import Task
from .task_state import TaskState

Child = TypeVar('Child', bound='subprocess.Popen[Any]')


class Started(NamedTuple):
    """What a task started."""

    run_id: str
    #: Of a job.
    job_id: Optional[str]


class TaskRun(NamedTuple):
    """What a task has of the connection that it came over."""

    cancellation: Cancellation
    heartbeats: Heartbeats
    progress: Progress
    log: TaskLog


class Context:
    """What a handler gets beside its input. All of it may be used from any thread."""

    def __init__(self, task: Task, calls: TaskCalls, run: TaskRun) -> None:
        #: Which task this is, of which run, and the how-manieth attempt.
        self.task = task
        #: The state that all tasks of the run share.
        self.state = TaskState(calls)
        self._calls = calls
        self._run = run

    @property
    def cancelled(self) -> threading.Event:
        """Is set when the task is no longer wanted: its time is over, its worker is gone, or the agent stops."""
        return self._run.cancellation.event

    def check(self) -> None:
        """:raises TaskCancelled: where the task is no longer wanted"""
        self._run.cancellation.check()

    def sleep(self, seconds: float) -> None:
        """In the place of ``time.sleep``. :raises TaskCancelled: as soon as the task is no longer wanted"""
        self.cancelled.wait(seconds)
        self.check()

    def secret(self, name: str) -> str:
        """
        The value of a secret that the step names (``secrets``). What the task results in is kept without it.

        :raises StateError: ``SECRET_NOT_ALLOWED`` or ``SECRET_NOT_FOUND``
        """
        return str(self._calls.ask('/secrets', {'name': name})['value'])

    def start_job(
        self,
        image: str,
        input: Any = None,
        *,
        step_id: Optional[str] = None,
        timeout: Optional[str] = None,
        retry: Optional[Dict[str, Any]] = None,
    ) -> Started:
        """
        Starts a job that the step may start (``may_start``); it goes on by itself, and is not waited for. A later attempt of the
        task that makes the same calls in the same order starts nothing again.

        :param timeout: a text such as ``"90s"``
        :param retry: as in a definition
        :raises StateError: ``FORBIDDEN``, ``TOO_MANY_STARTS`` or ``INVALID_INPUT`` where it cannot be started
        """
        more = {'step_id': step_id, 'timeout': timeout, 'retry': retry}
        return self._start({'kind': 'job', 'image': image, 'input': input}, more)

    def start_workflow(self, workflow: str, input: Any = None, *, version: Optional[int] = None) -> Started:
        """Starts a run of a workflow, as :meth:`start_job` does."""
        return self._start({'kind': 'workflow', 'workflow': workflow, 'input': input}, {'version': version})

    def heartbeat(self) -> None:
        """
        Says that the task makes progress. Only needed by handlers that hold the interpreter's lock for longer than their
        step's ``heartbeat_timeout``; otherwise heartbeats go out by themselves.
        """
        self._run.heartbeats.beat()

    def progress(self, value: Any) -> None:
        """
        Reports an intermediate result: the latest one can be read from outside while the task runs. May be called often.

        :raises TypeError, ValueError: where it is no JSON, or more than 16 KiB of it
        """
        self._run.progress.report(value)

    def log(self, line: str, stream: str = 'stdout') -> None:
        """Writes a line to the task's log, as ``print`` does."""
        if stream not in STREAMS:
            raise ValueError(f'a log has {" and ".join(STREAMS)}, and no {stream}')
        self._run.log.print(stream, f'{line}\n')

    def capture(self, child: Child) -> Child:
        """
        Has what a child process prints in the task's log: one whose ``stdout`` and ``stderr`` are pipes. The kit reads
        these, so that they are None from then on; ``wait()`` is all that is left to do. Children that inherit the agent's
        output are captured without it.
        """
        self._run.log.capture(child)
        return child

    def _start(self, what: Dict[str, Any], more: Dict[str, Any]) -> Started:
        given = {name: value for name, value in more.items() if value is not None}
        value = self._calls.make('/start', {'start': {**what, **given}})['value']
        return Started(value['run_id'], value['job_id'])
