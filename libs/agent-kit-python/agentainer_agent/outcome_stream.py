from __future__ import annotations

import asyncio
import concurrent.futures
from collections import deque
from typing import Any, AsyncIterator, Deque, Iterator, List

from .cancellation import Cancellation
from .http_body import HttpBody
from .json_text import from_json
from .list_splitter import ListSplitter
from .task_request import TaskRequestError


class OutcomeStream:
    """A list that is read while it comes, so that no more of it is held than one part and one element."""

    def __init__(self, body: HttpBody, begin: bytes, limit: int) -> None:
        self._body = body
        self._begin = begin
        self._splitter = ListSplitter(limit)

    async def elements(self) -> List[bytes]:
        """Those that are complete with what has come; none at the end of the list. :raises TaskRequestError:"""
        while not self._splitter.has_ended:
            part, self._begin = self._begin, b''
            part = part or await self._body.part()
            if not part:
                raise TaskRequestError('the input ends before its list does')
            elements = self._splitter.push(part)
            if elements:
                return elements
        return []


class Outcomes(Iterator[Any], AsyncIterator[Any]):
    """How the tasks of a map ended, one after another while they come; for one handler, and once."""

    def __init__(self, stream: OutcomeStream, cancellation: Cancellation, loop: asyncio.AbstractEventLoop) -> None:
        self._stream = stream
        self._cancellation = cancellation
        self._loop = loop
        self._ready: Deque[bytes] = deque()

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        self._cancellation.check()
        if not self._ready:
            coming = self._coming()
            with self._cancellation.calling(coming.cancel):
                try:
                    self._ready.extend(coming.result())
                except concurrent.futures.CancelledError:
                    self._cancellation.check()
                    raise
        if not self._ready:
            raise StopIteration
        return self._parse(self._ready.popleft())

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        if not self._ready:
            elements = await asyncio.wrap_future(self._coming())
            self._ready.extend(elements)
        if not self._ready:
            raise StopAsyncIteration
        return self._parse(self._ready.popleft())

    def _coming(self) -> concurrent.futures.Future[List[bytes]]:
        return asyncio.run_coroutine_threadsafe(self._stream.elements(), self._loop)

    @staticmethod
    def _parse(element: bytes) -> Any:
        try:
            return from_json(element)
        except (ValueError, RecursionError):
            raise TaskRequestError('an element of the input is not JSON') from None
