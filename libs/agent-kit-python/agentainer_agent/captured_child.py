from __future__ import annotations

import os
import subprocess
import threading
from typing import TYPE_CHECKING, Any, Dict, List

from .decoder import decoder

if TYPE_CHECKING:
    from .task_log import TaskLog

_PART = 64 * 1024
#: How long the end of a task waits for the last words of a child that has ended, in seconds.
_LAST_WORDS = 0.5


class CapturedChild:
    """Has what a child process prints in the log of a task."""

    def __init__(self, child: subprocess.Popen[Any], pipes: Dict[str, int], log: TaskLog) -> None:
        """:param pipes: the ends to read from, by the stream; closed when all is read"""
        self._child = child
        self._threads: List[threading.Thread] = []
        for stream, pipe in pipes.items():
            thread = threading.Thread(target=_read, args=(pipe, stream, log), daemon=True)
            thread.start()
            self._threads.append(thread)

    @classmethod
    def by_its_pipes(cls, child: subprocess.Popen[Any], log: TaskLog) -> CapturedChild:
        pipes: Dict[str, int] = {}
        for name in ('stdout', 'stderr'):
            pipe = getattr(child, name)
            if pipe is not None:
                pipes[name] = os.dup(pipe.fileno())
                # Who waits for the child must not read it, too.
                pipe.close()
                setattr(child, name, None)
        return cls(child, pipes, log)

    def finish(self) -> None:
        """Waits until all is read of a child that has ended."""
        if self._child.returncode is not None:
            for thread in self._threads:
                thread.join(_LAST_WORDS)


def _read(pipe: int, stream: str, log: TaskLog) -> None:
    text = decoder()
    try:
        while True:
            data = os.read(pipe, _PART)
            log.print(stream, text.decode(data, final=not data))
            if not data:
                return
    finally:
        os.close(pipe)
