from __future__ import annotations

import asyncio
import os
import socket
import time
import traceback
import uuid
from typing import Optional, Protocol, Set

from .cancellation import AgentStopped, TaskCancelled
from .context import TaskRun
from .heartbeats import Heartbeats
from .http_body import BodyTooLarge, HttpBody
from .http_connection import ConnectionLost, HttpConnection, ProtocolError
from .http_exchange import HttpExchange, next_exchange
from .lines_ahead import LinesAhead
from .paths import AGENT_SOCKET
from .progress import Progress
from .task_answer import cancelled_line, clean_line
from .task_log import TaskLog
from .task_request import TaskRequest, TaskRequestError
from .task_slot import RunningTask, SlotBusy, StaleLease, TaskSlots

#: As long as ``agent.sock``, so that a directory whose path is short enough for that one is for this one too.
_UNFINISHED_SOCKET = '.agent.new'
_TASK_PATH = '/tasks/'
_BACKLOG = 511


class Work(Protocol):
    """What an agent does with the tasks that it is given."""

    async def read(self, body: HttpBody) -> TaskRequest: ...

    async def perform(self, request: TaskRequest, run: TaskRun) -> bytes: ...


class Cleaner(Protocol):
    async def run(self) -> bool:
        """Whether a task that has ended leaves nothing to the next one."""


class TaskServer:
    """Serves the agent protocol on the socket of one directory."""

    def __init__(self, work: Work, directory: str, concurrency: int = 1, cleaner: Optional[Cleaner] = None) -> None:
        self._work = work
        self._directory = directory
        self._cleaner = cleaner
        self._boot_id = str(uuid.uuid4())
        self._slots = TaskSlots(concurrency)
        #: Handlers that have not ended.
        self._at_work = 0
        #: What goes on between the last of them and the next.
        self._cleaning: Optional[asyncio.Future[bool]] = None
        self._server: Optional[asyncio.base_events.Server] = None
        self._connections: Set[HttpConnection] = set()
        self._last_request_at = time.monotonic()
        self._is_closing = False

    async def listen(self) -> None:
        """When it returns the socket is there: a worker that sees it can use it."""
        unfinished = os.path.join(self._directory, _UNFINISHED_SOCKET)
        if os.path.lexists(unfinished):
            os.unlink(unfinished)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(unfinished)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(self._connection, sock=listener, backlog=_BACKLOG)
        # The worker may be another user than the agent; who reaches the directory is the host's decision.
        os.chmod(unfinished, 0o666)
        os.rename(unfinished, os.path.join(self._directory, AGENT_SOCKET))

    async def close(self) -> None:
        """Takes no more tasks and aborts those that run; returns when the last connection has ended."""
        self._is_closing = True
        if self._server:
            self._server.close()
        for connection in list(self._connections):
            if not connection.is_busy:
                connection.close()
        self._slots.abort(AgentStopped())
        while self._connections:
            await asyncio.sleep(0.005)

    @property
    def idle_seconds(self) -> float:
        """Since the last request or the end of its task; 0 while a task runs."""
        return 0 if self._slots.is_busy else time.monotonic() - self._last_request_at

    @property
    def filenos(self) -> Set[int]:
        """Of what a copy of this process must not hold open."""
        sockets = self._server.sockets if self._server else ()
        return {one.fileno() for one in sockets} | {one.fileno() for one in self._connections} - {-1}

    def _connection(self) -> HttpConnection:
        return HttpConnection(self._serve)

    async def _serve(self, connection: HttpConnection) -> None:
        self._connections.add(connection)
        try:
            stays_open = True
            while stays_open and not self._is_closing:
                exchange = await next_exchange(connection)
                connection.is_busy = True
                self._last_request_at = time.monotonic()
                await self._route(exchange)
                stays_open = exchange.stays_open
                connection.is_busy = False
        except (ConnectionLost, ProtocolError):
            pass
        except Exception:
            traceback.print_exc()
        finally:
            self._connections.discard(connection)
            connection.close()

    async def _route(self, exchange: HttpExchange) -> None:
        method, path = exchange.method, exchange.path
        if method == 'POST' and path == '/tasks':
            return await self._post_task(exchange)
        await exchange.body.drain()
        if method == 'GET' and path == '/health':
            return self._tell_health(exchange)
        if method == 'DELETE' and path.startswith(_TASK_PATH):
            if self._slots.abort(TaskCancelled('the task was cancelled'), path[len(_TASK_PATH) :]):
                return exchange.tell_nothing()
        exchange.refuse(404, 'NOT_FOUND', f'there is no {method} {path}')

    def _tell_health(self, exchange: HttpExchange) -> None:
        if self._is_closing:
            exchange.refuse(503, 'UNAVAILABLE', 'the agent cannot run tasks')
        else:
            exchange.tell({'status': 'ok', 'boot_id': self._boot_id})

    async def _post_task(self, exchange: HttpExchange) -> None:
        try:
            request = await self._work.read(exchange.body)
        except (BodyTooLarge, TaskRequestError) as error:
            return _refuse_body(exchange, error)
        if self._is_closing:
            exchange.end(cancelled_line(AgentStopped()))
            return await exchange.body.drain()
        try:
            task = self._slots.admit(request.lease.slot, request.task.id, request.lease.epoch)
        except (StaleLease, SlotBusy) as error:
            exchange.refuse(409, 'STALE_LEASE' if isinstance(error, StaleLease) else 'AGENT_BUSY', str(error))
            return await exchange.body.drain()
        cancel = task.cancellation.cancel
        exchange.connection.call_when_lost(lambda: cancel(TaskCancelled('the worker went away')))
        try:
            line = await self._performed(exchange, request, task)
            # What a task left is no other's, so it is done with before the next one can come.
            line = await self._cleaned(task, line)
        finally:
            self._slots.leave(task)
            self._last_request_at = time.monotonic()
            exchange.connection.call_when_lost(None)
        if exchange.body.has_ended:
            return exchange.end(line)
        # The input may go on for long: told the answer, the worker ends it, and the connection can be used again.
        exchange.send_line(line)
        await exchange.body.drain()
        exchange.end()

    async def _cleaned(self, task: RunningTask, line: bytes) -> bytes:
        # One that stops runs no other task.
        if self._cleaner is None or self._is_closing:
            return line
        if not self._slots.is_alone(task):
            return clean_line(line, False)
        # What tasks that ended beside others left is done with when the last of those has ended.
        if self._at_work > 0:
            return clean_line(line, True)
        self._cleaning = asyncio.ensure_future(self._cleaner.run())
        return clean_line(line, await self._cleaning)

    async def _performed(self, exchange: HttpExchange, request: TaskRequest, task: RunningTask) -> bytes:
        self._at_work += 1
        if self._cleaning:
            await asyncio.wait({self._cleaning})
        lines = LinesAhead(exchange)
        heartbeats = Heartbeats(lines, request.task.heartbeat_ms)
        progress = Progress(lines)
        log = TaskLog(lines)
        try:
            return await self._work.perform(request, TaskRun(task.cancellation, heartbeats, progress, log))
        finally:
            heartbeats.stop()
            progress.stop()
            log.close()
            self._at_work -= 1


def _refuse_body(exchange: HttpExchange, error: Exception) -> None:
    """Where the rest of the body is still to come, the connection cannot be used again."""
    exchange.stays_open = exchange.stays_open and exchange.body.has_ended
    if isinstance(error, BodyTooLarge):
        exchange.refuse(413, 'BODY_TOO_LARGE', str(error))
    else:
        exchange.refuse(400, 'INVALID_REQUEST', str(error))
