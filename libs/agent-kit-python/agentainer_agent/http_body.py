from __future__ import annotations

from typing import Dict, Optional

from .http_connection import HttpConnection, ProtocolError

_LONGEST_LINE = 4_096


class BodyTooLarge(Exception):
    """The body is longer than its reader takes."""


class HttpBody:
    """The body of one request, while it comes. Who gives up waiting for a part may go on later."""

    def __init__(self, connection: HttpConnection, headers: Dict[str, str]) -> None:
        """:raises ProtocolError:"""
        self._connection = connection
        self._is_chunked = 'transfer-encoding' in headers
        if self._is_chunked and headers['transfer-encoding'].lower() != 'chunked':
            raise ProtocolError('an encoding of the body that is not known')
        length = headers.get('content-length', '0')
        if not length.isdigit():
            raise ProtocolError('a length of the body that is no number')
        #: Bytes that are left of the body, or of the chunk that has begun.
        self._left = 0 if self._is_chunked else int(length)
        self._owes_line_end = False
        self._is_in_trailers = False
        self.has_ended = not self._is_chunked and self._left == 0
        self._promise = headers.get('expect', '').lower() == '100-continue'

    async def part(self) -> bytes:
        """What has come of it; nothing at its end. :raises ConnectionLost, ProtocolError:"""
        if self._promise:
            self._promise = False
            self._connection.write(b'HTTP/1.1 100 Continue\r\n\r\n')
        if self._is_chunked and self._left == 0 and not self.has_ended:
            await self._begin_chunk()
        if self.has_ended:
            return b''
        data = await self._connection.take(self._left)
        self._left -= len(data)
        self._owes_line_end = self._is_chunked and self._left == 0
        self.has_ended = not self._is_chunked and self._left == 0
        return data

    async def read(self, limit: int, begin: bytes = b'') -> bytes:
        """All that is left of it, after ``begin``. :raises BodyTooLarge:"""
        whole = bytearray(begin)
        while True:
            part = await self.part()
            if not part:
                return bytes(whole)
            whole += part
            if len(whole) > limit:
                raise BodyTooLarge(f'the body is larger than {limit} bytes')

    async def drain(self) -> None:
        """Takes what is left, so that the connection can be used again."""
        while await self.part():
            pass

    async def _begin_chunk(self) -> None:
        if self._owes_line_end:
            await self._connection.line(_LONGEST_LINE)
            self._owes_line_end = False
        if not self._is_in_trailers:
            size = await self._connection.line(_LONGEST_LINE)
            self._left = _chunk_size(size)
            self._is_in_trailers = self._left == 0
        while self._is_in_trailers and not self.has_ended:
            self.has_ended = await self._connection.line(_LONGEST_LINE) == b''


def _chunk_size(line: bytes) -> int:
    text: Optional[bytes] = line.split(b';', 1)[0].strip()
    try:
        return int(text or b'', 16)
    except ValueError:
        raise ProtocolError('a chunk without a size') from None
