from __future__ import annotations

import asyncio
import math
import time
from typing import Optional

from .json_text import to_json
from .lines_ahead import LinesAhead
from .paths import MAX_PROGRESS_BYTES

#: The least time between two reports, in seconds: the latest one counts, so those between need not be sent.
_EVERY = 0.2


class Progress:
    """The intermediate results of one task, of which the latest is sent."""

    def __init__(self, lines: LinesAhead) -> None:
        self._lines = lines
        self._timer: Optional[asyncio.TimerHandle] = None
        self._unsent: Optional[bytes] = None
        self._sent_at = -math.inf

    def report(self, value: object) -> None:
        """
        May be called as often as one likes, from any thread.

        :raises TypeError: for no JSON
        :raises ValueError: for numbers that JSON has not, and for too much of it
        """
        json = to_json(value)
        if len(json) > MAX_PROGRESS_BYTES:
            raise ValueError(f'progress must not be longer than {MAX_PROGRESS_BYTES} bytes of JSON')
        is_asked, self._unsent = self._unsent is not None, json
        if not is_asked:
            self._lines.call_soon(self._send_when_due)

    def stop(self) -> None:
        self._unsent = None
        if self._timer:
            self._timer.cancel()

    def _send_when_due(self) -> None:
        left = self._sent_at + _EVERY - time.monotonic()
        if left <= 0:
            self._send()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(left, self._send)

    def _send(self) -> None:
        self._timer = None
        if self._unsent is None:
            return
        self._lines.send(b'{"type":"progress","value":' + self._unsent + b'}\n')
        self._lines.flush()
        self._unsent = None
        self._sent_at = time.monotonic()
