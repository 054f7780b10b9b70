from __future__ import annotations

import asyncio
import time
from typing import Optional

from .lines_ahead import LinesAhead

_LINE = b'{"type":"heartbeat"}\n'


class Heartbeats:
    """The signs of life of one task: by themselves while this process lives. Nothing is sent where the worker did not ask for it."""

    def __init__(self, lines: LinesAhead, every_ms: Optional[int]) -> None:
        self._lines = lines
        self._every = None if every_ms is None else every_ms / 1000
        self._timer: Optional[asyncio.TimerHandle] = None
        self._sent_at = time.monotonic()
        self._wait()

    def beat(self) -> None:
        """Says that the task makes progress; may be called as often as one likes, from any thread."""
        if self._every is not None and time.monotonic() - self._sent_at >= self._every / 2:
            self._send()

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()

    def _wait(self) -> None:
        if self._every is not None:
            self._timer = asyncio.get_running_loop().call_later(self._every, self._tick)

    def _tick(self) -> None:
        self._send()
        self._wait()

    def _send(self) -> None:
        self._sent_at = time.monotonic()
        self._lines.send(_LINE)
