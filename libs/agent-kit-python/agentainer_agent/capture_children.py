from __future__ import annotations

import functools
import os
import subprocess
import sys
from typing import Any, Dict

from .task_log import TaskLog

_NUMBERS = {'stdout': 1, 'stderr': 2}


def capture_children() -> None:
    """
    Takes to the log of a task, too, what child processes print that it starts with the agent's own output: they get a pipe in its
    place. All of ``subprocess`` and of ``asyncio`` comes through the method that this wraps.
    """
    start = subprocess.Popen.__init__

    @functools.wraps(start)
    def start_captured(
        self: Any,
        args: Any,
        bufsize: int = -1,
        executable: Any = None,
        stdin: Any = None,
        stdout: Any = None,
        stderr: Any = None,
        *more: Any,
        **named: Any,
    ) -> None:
        log = TaskLog.current()
        outputs = {'stdout': stdout, 'stderr': stderr}
        reading: Dict[str, int] = {}
        writing: Dict[str, int] = {}
        for name in outputs if log else ():
            if _is_inherited(outputs[name], name):
                reading[name], writing[name] = os.pipe()
        outputs.update(writing)
        try:
            start(self, args, bufsize, executable, stdin, outputs['stdout'], outputs['stderr'], *more, **named)
        except BaseException:
            for pipe in reading.values():
                os.close(pipe)
            raise
        finally:
            for pipe in writing.values():
                os.close(pipe)
        if log and reading:
            log.capture(self, reading)

    setattr(subprocess.Popen, '__init__', start_captured)


def _is_inherited(output: Any, name: str) -> bool:
    return output is None or output is getattr(sys, name) or output == _NUMBERS[name]
