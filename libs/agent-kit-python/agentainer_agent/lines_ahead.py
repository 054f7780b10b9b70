from __future__ import annotations

import asyncio
import threading
from collections import deque
from contextlib import suppress
from typing import Callable, Deque

from .http_exchange import HttpExchange


class LinesAhead:
    """What a task says while it runs, from whichever thread: lines ahead of its answer."""

    def __init__(self, exchange: HttpExchange) -> None:
        self._exchange = exchange
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._waiting: Deque[bytes] = deque()
        self._waiting_bytes = 0

    @property
    def untaken(self) -> int:
        """Bytes that were sent and not taken yet."""
        return self._waiting_bytes + self._exchange.connection.unsent

    def send(self, line: bytes) -> None:
        with self._lock:
            is_first = not self._waiting
            self._waiting.append(line)
            self._waiting_bytes += len(line)
        if is_first:
            self.call_soon(self.flush)

    def call_soon(self, call: Callable[..., object], *arguments: object) -> None:
        """Has the thread make the call that has all the connections."""
        # An agent that has ended says no more.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(call, *arguments)

    def flush(self) -> None:
        """Only for the thread that has the connections."""
        with self._lock:
            lines = list(self._waiting)
            self._waiting.clear()
            self._waiting_bytes = 0
        for line in lines:
            self._exchange.send_line(line)
