from __future__ import annotations

from typing import Any, Callable, Optional

#: Does one task: gets its input and its :class:`Context`. What it returns becomes the result and must be JSON. May be ``async``.
Handler = Callable[[Any, Any], Any]


class Handlers:
    """The handler for each kind of step that the agent can serve."""

    def __init__(
        self,
        handler: Optional[Handler] = None,
        *,
        sequential: Optional[Handler] = None,
        map: Optional[Handler] = None,
        reduce: Optional[Handler] = None,
        reduce_stream: Optional[Handler] = None,
    ) -> None:
        """:raises TypeError:"""
        kinds = {'sequential': sequential, 'map': map, 'reduce': reduce, 'reduce_stream': reduce_stream}
        given = {kind: one for kind, one in kinds.items() if one is not None}
        if (handler is None) == (not given):
            raise TypeError('an agent has one handler for everything, or handlers by the kinds of steps')
        if reduce is not None and reduce_stream is not None:
            raise TypeError('an agent has reduce or reduce_stream, not both')
        for one in [handler, *given.values()]:
            if one is not None and not callable(one):
                raise TypeError(f'a handler is a function, and {one!r} is none')
        self._handler = handler
        self._by_kind = given
        self.streams_reduce = reduce_stream is not None

    def of(self, kind: str) -> Optional[Handler]:
        """None where the agent has none for steps of this kind."""
        if kind == 'reduce' and self.streams_reduce:
            kind = 'reduce_stream'
        return self._handler or self._by_kind.get(kind)
