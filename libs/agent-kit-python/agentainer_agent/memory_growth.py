from __future__ import annotations

import ctypes
import gc
import math
import os
import time
from contextlib import suppress
from typing import Iterator, Optional

from .proc_file import ProcFile

_PAGE_BYTES = os.sysconf('SC_PAGE_SIZE')
#: What counts as free for an agent without a limit of its own.
_UNLIMITED_BYTES = 1024 * 1024 * 1024
#: Not much can be taken in so many seconds.
_LOOK_EVERY = 0.005


class MemoryGrowth:
    """Whether tasks left so much in memory that the next one might lack it: more than half of what was free at the begin."""

    def __init__(self, limit_bytes: Optional[int] = None) -> None:
        self._sizes = ProcFile('/proc/self/statm')
        begin = self._resident_bytes()
        limit = _memory_limit() if limit_bytes is None else limit_bytes
        free = _UNLIMITED_BYTES if limit is None else max(0, limit - begin)
        self._most_bytes = begin + free / 2
        self._looked_at = -math.inf

    def is_too_much(self) -> bool:
        """Short tasks one after another are looked at together."""
        now = time.monotonic()
        if now - self._looked_at < _LOOK_EVERY:
            return False
        is_too_much = self._resident_bytes() > self._most_bytes
        if not is_too_much:
            self._looked_at = now
        return is_too_much

    def shrink(self) -> None:
        """Gives back what nobody holds any more."""
        if self.is_too_much():
            gc.collect()
            _trim()

    def _resident_bytes(self) -> int:
        return int(self._sizes.read().split(' ')[1]) * _PAGE_BYTES


def _trim() -> None:
    """Has the C library give back what was freed; not every one can."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _memory_limit() -> Optional[int]:
    """What the kernel says of this process."""
    total = os.sysconf('SC_PHYS_PAGES') * _PAGE_BYTES
    for path in _limit_files():
        with suppress(OSError, ValueError):
            with open(path, encoding='ascii') as file:
                limit = int(file.read())
            if 0 < limit <= total:
                return limit
    return None


def _limit_files() -> Iterator[str]:
    """In a container its own control group is the root of what it sees."""
    with suppress(OSError), open('/proc/self/cgroup', encoding='utf-8') as groups:
        for line in groups.read().splitlines():
            _, controllers, path = line.split(':', 2)
            if controllers == '':
                yield f'/sys/fs/cgroup{path}/memory.max'
            elif 'memory' in controllers.split(','):
                yield f'/sys/fs/cgroup/memory{path}/memory.limit_in_bytes'
    yield '/sys/fs/cgroup/memory.max'
    yield '/sys/fs/cgroup/memory/memory.limit_in_bytes'
