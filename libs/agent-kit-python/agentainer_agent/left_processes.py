from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import List, Optional, Set

from .paths import DIRECTORY_VARIABLE
from .proc_file import ProcFile


class LeftProcesses:
    """
    Processes that tasks started and did not end. Those that are there when the agent begins to serve are not among them: what
    an agent needs for all its tasks, it starts before.
    """

    def __init__(self, directory: Optional[str] = None) -> None:
        """:param directory: the agent's, where processes of others are seen, too: its own have it in their environment"""
        self._mark = None if directory is None else f'{DIRECTORY_VARIABLE}={directory}'.encode()
        #: Processes that no task left.
        self._kept: Set[str] = set(_process_numbers())
        self._load = ProcFile('/proc/loadavg')
        #: The number of the latest process or thread when nothing was left.
        self._latest: Optional[str] = None

    def find(self) -> List[int]:
        latest = self._latest_number()
        if latest is not None and latest == self._latest:
            return []
        left: List[str] = []
        kept: Set[str] = set()
        for pid in _process_numbers():
            if pid in self._kept:
                kept.add(pid)
            elif _is_running(pid):
                (left.append if self._is_ours(pid) else kept.add)(pid)
        self._latest = None if left else latest
        self._kept = kept
        return [int(pid) for pid in left]

    def end(self) -> None:
        """Ends them without a word: their task has ended."""
        for pid in self.find():
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)

    def _is_ours(self, pid: str) -> bool:
        return self._mark is None or self._mark in _content_of(pid, 'environ').split(b'\0')

    def _latest_number(self) -> Optional[str]:
        """As long as it is the same, nothing was started. None where this kernel does not tell."""
        number = self._load.read().split(' ')[-1].strip()
        return number if number.isdigit() and int(number) >= os.getpid() else None


def _process_numbers() -> List[str]:
    return [name for name in os.listdir('/proc') if name.isdigit()]


def _is_running(pid: str) -> bool:
    """Not gone, and not only waiting to be cleared away, which is done here: its number will be another one's."""
    if _state_of(pid) == b'Z':
        with suppress(ChildProcessError):
            os.waitpid(int(pid), os.WNOHANG)
    return _state_of(pid) not in (b'', b'Z', b'X')


def _state_of(pid: str) -> bytes:
    status = _content_of(pid, 'stat')
    after_name = status.rfind(b')') + 2
    return status[after_name : after_name + 1]


def _content_of(pid: str, file: str) -> bytes:
    try:
        with open(f'/proc/{pid}/{file}', 'rb') as content:
            return content.read()
    except OSError:
        return b''
