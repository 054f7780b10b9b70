from __future__ import annotations

import asyncio
import inspect
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Awaitable, Callable

from .cancellation import AgentStopped, Cancellation
from .context import Context, TaskRun
from .gateway_client import GatewayClient
from .handlers import Handler, Handlers
from .http_body import HttpBody
from .outcome_stream import Outcomes, OutcomeStream
from .paths import GATEWAY_SOCKET
from .streamed_request import read_streamed_request
from .task_answer import cancelled_line, problem_line, result_line
from .task_calls import TaskCalls
from .task_failure import TaskFailure
from .task_request import TaskRequest, TaskRequestError, parse_task_request

#: The longest task request, in bytes.
MAX_REQUEST_BYTES = 256 * 1024 * 1024
#: How long a handler may take to end its task where its agent stops, in seconds; less than its process goes on for.
_HEED = 0.5
#: Threads for handlers that do not end when they are told to, beside those that are wanted.
_SPARE_THREADS = 64


class HandlerWork:
    """Gives each task to the handler of its kind, in a thread of its own."""

    def __init__(self, handlers: Handlers, directory: str, concurrency: int) -> None:
        self._handlers = handlers
        self._gateway = GatewayClient(os.path.join(directory, GATEWAY_SOCKET))
        self._threads = ThreadPoolExecutor(concurrency + _SPARE_THREADS, thread_name_prefix='task')

    async def read(self, body: HttpBody) -> TaskRequest:
        """
        Requests are read whole, but where the outcomes of a reduce step are wanted while they come.

        :raises TaskRequestError, BodyTooLarge:
        """
        if self._handlers.streams_reduce:
            return await read_streamed_request(body, MAX_REQUEST_BYTES)
        return parse_task_request(await body.read(MAX_REQUEST_BYTES))

    async def perform(self, request: TaskRequest, run: TaskRun) -> bytes:
        """Does a task: the line that it ends with."""
        task, cancellation = request.task, run.cancellation
        handler = self._handlers.of(task.kind)
        if handler is None:
            message = f'this agent has no handler for {task.kind} steps'
            return problem_line(TaskFailure('STEP_KIND_UNSUPPORTED', message, retryable=False))
        loop = asyncio.get_running_loop()
        value = request.input
        if isinstance(value, OutcomeStream):
            value = Outcomes(value, cancellation, loop)
        elif task.kind == 'reduce' and self._handlers.streams_reduce:
            return problem_line(TaskRequestError('the input of a reduce step is a list'))
        context = Context(task, TaskCalls(self._gateway, task, cancellation), run)
        in_context = run.log.context().run
        handled = loop.run_in_executor(self._threads, in_context, _handle, handler, value, context, run)
        unheeded = loop.create_future()
        with cancellation.calling(lambda: _unheeded_stop(cancellation, loop, unheeded)):
            await asyncio.wait({handled, unheeded}, return_when=asyncio.FIRST_COMPLETED)
        # Where the agent stops and its handler goes on all the same, the worker is told before the process ends.
        return handled.result() if handled.done() else cancelled_line(AgentStopped())


def _handle(handler: Handler, value: Any, context: Context, run: TaskRun) -> bytes:
    """In the task's thread; raises nothing, also where the handler calls ``sys.exit``."""
    cancellation = run.cancellation
    try:
        result = handler(value, context)
        if inspect.isawaitable(result):
            result = asyncio.run(_awaited(result, cancellation))
        return result_line(result)
    except BaseException as error:
        return cancelled_line(cancellation.reason) if cancellation.reason else problem_line(error)
    finally:
        run.log.finish_children()


async def _awaited(result: Awaitable[Any], cancellation: Cancellation) -> Any:
    loop = asyncio.get_running_loop()
    running = asyncio.ensure_future(result)
    with cancellation.calling(lambda: loop.call_soon_threadsafe(running.cancel)):
        return await running


def _unheeded_stop(
    cancellation: Cancellation, loop: asyncio.AbstractEventLoop, unheeded: asyncio.Future[None]
) -> None:
    if isinstance(cancellation.reason, AgentStopped):
        done: Callable[[], None] = lambda: None if unheeded.done() else unheeded.set_result(None)
        loop.call_later(_HEED, done)
