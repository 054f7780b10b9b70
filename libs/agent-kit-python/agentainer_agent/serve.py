from __future__ import annotations

import asyncio
import inspect
import os
import signal
import sys
import traceback
from contextlib import suppress
from typing import Any, Callable, NoReturn, Optional

from .capture_output import capture_output
from .config import agent_concurrency, agent_directory, scratch_folders, sees_only_its_own_processes
from .egress_forwarder import forward_to_proxy
from .handler_work import HandlerWork
from .handlers import Handler, Handlers
from .task_cleaner import TaskCleaner
from .task_server import TaskServer

#: How long an agent goes on without a request before it takes its host for gone, in seconds.
IDLE_EXIT = 600.0
#: How long the end of the process waits for the end of its tasks, in seconds.
_STOP = 0.8
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def serve(
    handler: Optional[Handler] = None,
    *,
    sequential: Optional[Handler] = None,
    map: Optional[Handler] = None,
    reduce: Optional[Handler] = None,
    reduce_stream: Optional[Handler] = None,
    directory: Optional[str] = None,
    idle_exit: float = IDLE_EXIT,
    clean_up: Optional[Callable[[], Any]] = None,
) -> NoReturn:
    """
    Makes this process an agent, and ends it when the agent is to end. For the main thread.

    ::

        from agentainer_agent import serve

        def count(text, ctx):
            words = len(text.split())
            ctx.state.increment('words', words)
            return {'words': words}

        serve(count)

    A handler gets the input of a task and its :class:`Context`, in a thread of its own; it may be ``async``. What a task
    prints (``print``, ``sys.stdout``, ``sys.stderr``, ``logging``) goes to its log, and nowhere else.

    An agent runs one task at a time, or as many as the ``agent_concurrency`` of its pool says, and may run many one after another.
    Whenever none runs, its scratch (``/tmp``) is emptied and processes are ended that tasks left. What a handler leaves in memory is
    there for the next task; where it is too much, the agent is replaced. Processes that all tasks need are started before
    ``serve``. SIGTERM and SIGINT cancel the tasks that run and end the process.

    :param handler: for all kinds of steps; or one for each kind:
    :param sequential: gets the input of the step
    :param map: gets one item; may return :data:`DROP`
    :param reduce: gets the outcomes of a map step as a list, in the order of its items
    :param reduce_stream: in place of ``reduce``: gets an iterator over the outcomes, while they come. With ``"stream": true`` in
        its step they come in the order in which the tasks of the map end, and a handler that returns early ends the map
    :param directory: where the sockets are; by default what the host says
    :param idle_exit: the process ends after so many seconds without a request, health checks included; 0 for never
    :param clean_up: what is left to do when the agent ends, such as saving what it holds: called once, after its tasks, with
        as much time as the pool's ``stop_grace`` allows from SIGTERM on. Functions of :mod:`atexit` are not called
    :raises TypeError: for no handler, or two for the same
    """
    handlers = Handlers(handler, sequential=sequential, map=map, reduce=reduce, reduce_stream=reduce_stream)
    at = directory or agent_directory()
    scratch = scratch_folders()
    only_own = sees_only_its_own_processes()
    cleaner = None if scratch is None else TaskCleaner(scratch, None if only_own else at)
    concurrency = agent_concurrency()
    server = TaskServer(HandlerWork(handlers, at, concurrency), at, concurrency, cleaner)
    capture_output()
    asyncio.run(_serve_until_stopped(server, at, idle_exit))
    _end(clean_up)


async def _serve_until_stopped(server: TaskServer, directory: str, idle_exit: float) -> None:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()

    def stop(*_: object) -> None:
        # Told again, it goes on ending.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(stopped.set)

    for number in _SIGNALS:
        signal.signal(number, stop)
    os.register_at_fork(after_in_child=lambda: _be_no_agent(server))
    await forward_to_proxy(directory)
    await server.listen()
    while not stopped.is_set() and not 0 < idle_exit <= server.idle_seconds:
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(stopped.wait(), max(0.01, idle_exit / 10) if idle_exit > 0 else None)
    with suppress(asyncio.TimeoutError):
        await asyncio.wait_for(server.close(), _STOP)


def _be_no_agent(server: TaskServer) -> None:
    """A copy of this process, as multiprocessing makes them, ends when it is told to, and holds no connection open."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in server.filenos:
        os.dup2(nothing, descriptor, inheritable=False)
    os.close(nothing)


def _end(clean_up: Optional[Callable[[], Any]]) -> NoReturn:
    code = 0
    try:
        result = clean_up() if clean_up else None
        if inspect.isawaitable(result):
            asyncio.run(_awaited(result))
    except BaseException:
        traceback.print_exc()
        code = 1
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    # Handlers that go on all the same would keep an interpreter that ends in order.
    os._exit(code)


async def _awaited(result: Any) -> None:
    await result
