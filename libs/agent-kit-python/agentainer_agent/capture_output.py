"""Takes what tasks print in this process to their logs; what is printed outside of tasks goes where it went."""

from __future__ import annotations

import io
import logging
import os
import sys
from contextlib import suppress
from typing import Iterable, Optional, TextIO, cast

from .capture_children import capture_children
from .task_log import TaskLog, no_tasks_here, threads_are_of_no_task


def capture_output() -> None:
    streams = {name: (getattr(sys, name), CapturedStream(name, getattr(sys, name))) for name in ('stdout', 'stderr')}
    for name, (_, captured) in streams.items():
        setattr(sys, name, captured)
    for original, captured in streams.values():
        _redirect_loggers(original, captured)
    capture_children()
    threads_are_of_no_task()

    def give_back() -> None:
        no_tasks_here()
        for name, (original, captured) in streams.items():
            setattr(sys, name, original)
            _redirect_loggers(captured, original)

    # A copy of this process has no connections: what it prints goes where a child's output goes.
    os.register_at_fork(after_in_child=give_back)


class CapturedStream(io.TextIOBase):
    """Stands where ``sys.stdout`` or ``sys.stderr`` stood."""

    def __init__(self, name: str, original: Optional[TextIO]) -> None:
        self._name = name
        self._original = original
        self.buffer = _CapturedBytes(name, original)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return 'utf-8'

    def write(self, text: str) -> int:
        log = TaskLog.current()
        if log:
            log.print(self._name, text)
        elif self._original:
            # A disk that is full, or somebody who reads no more, must not end the agent and its task.
            with suppress(OSError):
                self._original.write(text)
        return len(text)

    def flush(self) -> None:
        if self._original:
            with suppress(OSError):
                self._original.flush()

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        if self._original is None:
            raise OSError('there is no such output')
        return self._original.fileno()


class _CapturedBytes(io.RawIOBase):
    def __init__(self, name: str, original: Optional[TextIO]) -> None:
        self._name = name
        self._original = original

    def write(self, data) -> int:  # type: ignore[no-untyped-def]
        log = TaskLog.current()
        if log:
            log.print_bytes(self._name, bytes(data))
        elif self._original:
            with suppress(OSError):
                self._original.buffer.write(data)
                self._original.buffer.flush()
        return len(data)

    def writable(self) -> bool:
        return True


def _redirect_loggers(before: object, after: object) -> None:
    """Handlers of the logging module keep the stream that was there when they were made."""
    for handler in _handlers():
        if isinstance(handler, logging.StreamHandler) and handler.stream is before:
            handler.setStream(cast(TextIO, after))


def _handlers() -> Iterable[logging.Handler]:
    loggers = [logging.root, *logging.root.manager.loggerDict.values()]
    return [handler for logger in loggers for handler in getattr(logger, 'handlers', ())]
