from __future__ import annotations

import os

_LONGEST = 256


class ProcFile:
    """A short file under ``/proc`` that is read again and again: kept open, one call a reading."""

    def __init__(self, path: str) -> None:
        """:raises OSError: where there is no such file"""
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def read(self) -> str:
        return os.pread(self._descriptor, _LONGEST, 0).decode('latin-1')
