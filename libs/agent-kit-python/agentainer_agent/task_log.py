from __future__ import annotations

import asyncio
import codecs
import contextvars
import math
import subprocess
import threading
import time
from typing import Any, Dict, List, Optional, Set

from .captured_child import CapturedChild
from .decoder import decoder
from .json_text import to_json
from .lines_ahead import LinesAhead

STREAMS = ('stdout', 'stderr')
#: The least time between two lines, in seconds, unless much is printed.
_EVERY = 0.1
#: Text that waits for that, in characters; as JSON it is within the 64 KiB of a line whatever it is.
_MOST_WAITING = 5_000
#: Bytes that the worker may have yet to take: what is printed beyond that is left out.
_MOST_UNTAKEN = 1024 * 1024

_log_of_context: contextvars.ContextVar[Optional[TaskLog]] = contextvars.ContextVar('agentainer_log', default=None)
_open: Set[TaskLog] = set()
#: Threads that are of no task.
_outside: Set[int] = set()


class TaskLog:
    """What one task prints, sent on in batches while it runs."""

    def __init__(self, lines: LinesAhead) -> None:
        self._lines = lines
        self._lock = threading.RLock()
        self._decoders: Dict[str, codecs.IncrementalDecoder] = {name: decoder() for name in STREAMS}
        self._left_out = {name: 0 for name in STREAMS}
        self._stream = STREAMS[0]
        self._waiting = ''
        self._sent_at = -math.inf
        self._timer: Optional[asyncio.TimerHandle] = None
        self._is_timed = False
        self._children: List[CapturedChild] = []
        _open.add(self)

    @staticmethod
    def current() -> Optional[TaskLog]:
        """
        The log of the task that called; None outside of tasks, and where the task has ended. Threads that a task started know
        nothing of it: where it is the only one that runs, what they print is its own.
        """
        log = _log_of_context.get()
        if log is None and len(_open) == 1 and threading.get_ident() not in _outside:
            log = next(iter(_open.copy()), None)
        return log if log in _open else None

    def context(self) -> contextvars.Context:
        """In which what is printed is this log's."""
        context = contextvars.copy_context()
        context.run(_log_of_context.set, self)
        return context

    def print(self, stream: str, text: str) -> None:
        with self._lock:
            if self not in _open:
                return
            if stream != self._stream:
                self._send()
            self._stream = stream
            self._waiting += text
            due = self._sent_at + _EVERY - time.monotonic()
            # ``print`` writes its line in pieces, which should not be told one by one.
            if len(self._waiting) >= _MOST_WAITING or (due <= 0 and text.endswith('\n')):
                self._send()
            elif not self._is_timed:
                self._is_timed = True
                self._lines.call_soon(self._send_in, due if due > 0 else _EVERY)

    def print_bytes(self, stream: str, data: bytes) -> None:
        with self._lock:
            self.print(stream, self._decoders[stream].decode(data))

    def capture(self, child: subprocess.Popen[Any], pipes: Optional[Dict[str, int]] = None) -> None:
        """Has what the child prints told: to these pipes, or to its own."""
        one = CapturedChild.by_its_pipes(child, self) if pipes is None else CapturedChild(child, pipes, self)
        self._children.append(one)

    def finish_children(self) -> None:
        """Waits for the last words of children that have ended; for the thread of the task."""
        for child in self._children:
            child.finish()

    def close(self) -> None:
        """Sends what waits; nothing more is printed here. Only for the thread that has the connections."""
        with self._lock:
            _open.discard(self)
            if self._timer:
                self._timer.cancel()
            self._send()
            for stream in STREAMS:
                if self._left_out[stream] > 0:
                    self._send_line(stream, '')
        self._lines.flush()

    def _send_in(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._send_at_last)

    def _send_at_last(self) -> None:
        with self._lock:
            self._is_timed = False
            self._send()

    def _send(self) -> None:
        waiting, self._waiting = self._waiting, ''
        if waiting == '':
            return
        self._sent_at = time.monotonic()
        for at in range(0, len(waiting), _MOST_WAITING):
            self._send_piece(waiting[at : at + _MOST_WAITING])

    def _send_piece(self, text: str) -> None:
        if self._lines.untaken > _MOST_UNTAKEN:
            self._left_out[self._stream] += len(text.encode(errors='surrogatepass'))
        else:
            self._send_line(self._stream, text)

    def _send_line(self, stream: str, text: str) -> None:
        line: Dict[str, object] = {'type': 'log', 'stream': stream, 'text': text}
        if self._left_out[stream] > 0:
            line['left_out'] = self._left_out[stream]
            self._left_out[stream] = 0
        self._lines.send(to_json(line) + b'\n')


def no_tasks_here() -> None:
    """This is a copy of the process in which they run."""
    _open.clear()


def threads_are_of_no_task() -> None:
    """Those that run now: what they print is no task's."""
    _outside.update(thread.ident for thread in threading.enumerate() if thread.ident is not None)
