from __future__ import annotations

import asyncio
from typing import Awaitable, Callable, Optional, cast

#: Bytes that may have come and not been taken.
_MOST_HELD = 1024 * 1024


class ConnectionLost(Exception):
    """The other side went away."""


class ProtocolError(Exception):
    """What came is no HTTP/1.1."""


class HttpConnection(asyncio.Protocol):
    """The bytes of one connection, of which no more are held than one who reads slowly needs."""

    def __init__(self, serve: Callable[[HttpConnection], Awaitable[None]]) -> None:
        self._serve = serve
        self._held = bytearray()
        self._change = asyncio.Event()
        self._is_paused = False
        self._on_lost: Optional[Callable[[], None]] = None
        self._transport: Optional[asyncio.Transport] = None
        self._serving: Optional[asyncio.Future[None]] = None
        self.is_lost = False
        #: Whether a request is being answered.
        self.is_busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._serving = asyncio.ensure_future(self._serve(self))

    def data_received(self, data: bytes) -> None:
        self._held += data
        if len(self._held) > _MOST_HELD and self._transport and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()
        self._change.set()

    def connection_lost(self, exc: Optional[Exception]) -> None:
        self.is_lost = True
        self._change.set()
        if self._on_lost:
            self._on_lost()

    def call_when_lost(self, call: Optional[Callable[[], None]]) -> None:
        """There is one such call at a time; None for none."""
        self._on_lost = call

    async def line(self, limit: int) -> bytes:
        """The next line, without its end. Who gives up waiting for it has taken nothing."""
        return await self.until(b'\r\n', limit)

    async def until(self, end: bytes, limit: int) -> bytes:
        """What comes before ``end``, which is taken with it. :raises ConnectionLost, ProtocolError:"""
        looked_at = 0
        while True:
            at = self._held.find(end, looked_at)
            if at >= 0:
                return self._cut(at, at + len(end))
            looked_at = max(0, len(self._held) - len(end) + 1)
            if len(self._held) > limit:
                raise ProtocolError(f'more than {limit} bytes without an end')
            await self._more()

    async def take(self, most: int) -> bytes:
        """What has come, ``most`` bytes of it at most and 1 at least. :raises ConnectionLost:"""
        while not self._held:
            await self._more()
        return self._cut(most, most)

    def write(self, data: bytes) -> bool:
        """False where nobody is there to read it."""
        if self.is_lost or self._transport is None or self._transport.is_closing():
            return False
        self._transport.write(data)
        return True

    @property
    def unsent(self) -> int:
        """Bytes that were written and not taken yet."""
        return self._transport.get_write_buffer_size() if self._transport else 0

    def fileno(self) -> int:
        socket = self._transport.get_extra_info('socket') if self._transport else None
        return socket.fileno() if socket else -1

    def close(self) -> None:
        """What was written is sent."""
        if self._transport:
            self._transport.close()

    async def _more(self) -> None:
        if self.is_lost:
            raise ConnectionLost
        self._change.clear()
        await self._change.wait()

    def _cut(self, end: int, go_on: int) -> bytes:
        cut = bytes(self._held[:end])
        del self._held[:go_on]
        # While nothing is read, nobody sees the other side go away.
        if self._is_paused and len(self._held) <= _MOST_HELD and self._transport and not self.is_lost:
            self._is_paused = False
            self._transport.resume_reading()
        return cut
