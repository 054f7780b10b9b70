from __future__ import annotations

from http import HTTPStatus
from typing import Dict

from .http_body import HttpBody
from .http_connection import HttpConnection, ProtocolError
from .json_text import to_json

_LONGEST_HEAD = 64 * 1024
_JSON = 'application/json'
_PROBLEM = 'application/problem+json'
_LINES = 'application/x-ndjson'


class HttpExchange:
    """One request and its answer, which may come line by line."""

    def __init__(self, connection: HttpConnection, method: str, path: str, headers: Dict[str, str]) -> None:
        self.connection = connection
        self.method = method
        self.path = path
        self.body = HttpBody(connection, headers)
        #: Whether the connection may be used again.
        self.stays_open = headers.get('connection', '').lower() != 'close'
        self._has_begun = False
        self._has_ended = False

    def send_line(self, line: bytes) -> bool:
        """Sends a part of the answer at once. False where nobody is there to read it."""
        if self._has_ended:
            return False
        head = b'' if self._has_begun else self._head(200, _LINES, 'transfer-encoding: chunked')
        self._has_begun = True
        return self.connection.write(head + b'%x\r\n%b\r\n' % (len(line), line))

    def end(self, line: bytes = b'') -> None:
        """Ends an answer of lines, with this last one."""
        if self._has_begun:
            if line:
                self.send_line(line)
            self.connection.write(b'0\r\n\r\n')
            self._has_ended = True
        else:
            self._answer(200, _LINES, line)

    def tell(self, value: object) -> None:
        self._answer(200, _JSON, to_json(value))

    def tell_nothing(self) -> None:
        self._answer(204, _JSON, b'')

    def refuse(self, status: int, code: str, detail: str) -> None:
        problem = {'type': 'about:blank', 'title': code, 'status': status, 'code': code, 'detail': detail}
        self._answer(status, _PROBLEM, to_json(problem))

    def _answer(self, status: int, content_type: str, body: bytes) -> None:
        self._has_ended = True
        length = '' if status == 204 else f'content-length: {len(body)}'
        self.connection.write(self._head(status, content_type, length) + body)

    def _head(self, status: int, content_type: str, framing: str) -> bytes:
        lines = [f'HTTP/1.1 {status} {HTTPStatus(status).phrase}', f'content-type: {content_type}', framing]
        lines.append('' if self.stays_open else 'connection: close')
        return ('\r\n'.join(filter(None, lines)) + '\r\n\r\n').encode('latin-1')


async def next_exchange(connection: HttpConnection) -> HttpExchange:
    """:raises ConnectionLost, ProtocolError:"""
    head = await connection.until(b'\r\n\r\n', _LONGEST_HEAD)
    first, *lines = head.decode('latin-1').lstrip('\r\n').split('\r\n')
    words = first.split(' ')
    if len(words) != 3 or words[2] != 'HTTP/1.1':
        raise ProtocolError('no request of HTTP/1.1')
    headers: Dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(':')
        if not colon:
            raise ProtocolError('a header without a colon')
        headers[name.strip().lower()] = value.strip()
    return HttpExchange(connection, words[0], words[1], headers)
