from __future__ import annotations

import http.client
import select
import socket
import threading
import time
from contextlib import suppress
from typing import Any, Dict, List, Optional

from .cancellation import Cancellation
from .json_text import from_json
from .state_error import StaleAttemptError, StateError

#: How long a call goes on trying while the gateway does not answer, in seconds; its host may restart.
_PATIENCE = 30.0
#: How long one try may take, in seconds.
_TRY = 10.0
_FIRST_PAUSE = 0.025
_LONGEST_PAUSE = 1.0
_MAX_CONNECTIONS = 8
_MAX_ANSWER_BYTES = 128 * 1024 * 1024


class _TryAgain(Exception):
    pass


class GatewayClient:
    """Calls the gateway that the host serves in the agent's directory; from any thread."""

    def __init__(self, socket_path: str, patience: float = _PATIENCE) -> None:
        self._socket_path = socket_path
        self._patience = patience
        self._idle: List[_GatewayConnection] = []
        self._places = threading.Semaphore(_MAX_CONNECTIONS)

    def call(self, path: str, credential: str, body: bytes, cancellation: Cancellation) -> Dict[str, Any]:
        """
        Posts one call. A call that got no answer is made again: its number keeps it from counting twice.

        :raises StateError: where the gateway refused it or stays away
        :raises TaskCancelled: where the task is no longer wanted
        """
        give_up_at = time.monotonic() + self._patience
        pause = _FIRST_PAUSE
        while True:
            cancellation.check()
            try:
                return self._try(path, credential, body, cancellation)
            except (OSError, http.client.HTTPException, _TryAgain) as error:
                cancellation.check()
                if time.monotonic() + pause > give_up_at:
                    raise StateError('GATEWAY_UNREACHABLE', 'the gateway does not answer') from error
            cancellation.event.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _try(self, path: str, credential: str, body: bytes, cancellation: Cancellation) -> Dict[str, Any]:
        with self._places:
            connection = self._connection()
            try:
                with cancellation.calling(connection.interrupt):
                    status, text = connection.post(path, credential, body)
            except BaseException:
                connection.close()
                raise
            self._idle.append(connection)
        return _read(status, text)

    def _connection(self) -> _GatewayConnection:
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return _GatewayConnection(self._socket_path)
            if connection.is_usable():
                return connection
            connection.close()


class _GatewayConnection(http.client.HTTPConnection):
    def __init__(self, socket_path: str) -> None:
        super().__init__('gateway', timeout=_TRY)
        self._socket_path = socket_path
        self._is_interrupted = False
        self.sock: Optional[socket.socket] = None

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_TRY)
        self.sock.connect(self._socket_path)
        if self._is_interrupted:
            raise OSError('interrupted')

    def interrupt(self) -> None:
        """Ends the call that is under way, by whichever thread."""
        self._is_interrupted = True
        connected = self.sock
        if connected:
            with suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)

    def is_usable(self) -> bool:
        """One that was kept may have been closed by the other side, and then has something to tell."""
        if self.sock is None:
            return False
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        return not poll.poll(0)

    def post(self, path: str, credential: str, body: bytes) -> tuple[int, bytes]:
        headers = {'authorization': f'Bearer {credential}', 'content-type': 'application/json'}
        self.request('POST', path, body, headers)
        response = self.getresponse()
        text = response.read(_MAX_ANSWER_BYTES + 1)
        if len(text) > _MAX_ANSWER_BYTES:
            raise StateError('GATEWAY_PROTOCOL', f'the gateway answered more than {_MAX_ANSWER_BYTES} bytes')
        return response.status, text


def _read(status: int, text: bytes) -> Dict[str, Any]:
    if status >= 500:
        raise _TryAgain(f'the gateway answered {status}')
    try:
        answer = from_json(text)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        answer = {}
    if status == 200 and 'value' in answer:
        return answer
    code, detail = answer.get('code'), answer.get('detail')
    message = detail if isinstance(detail, str) else f'the gateway answered {status}'
    if code == 'STALE_ATTEMPT':
        raise StaleAttemptError(message)
    raise StateError(code if isinstance(code, str) else 'GATEWAY_PROTOCOL', message)
