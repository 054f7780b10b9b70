from __future__ import annotations

from typing import Any, Dict, NamedTuple, Union

from .task_calls import TaskCalls

Number = Union[int, float]


class Swap(NamedTuple):
    """What became of :meth:`TaskState.compare_and_swap`."""

    swapped: bool
    #: What the key holds now.
    value: Any


class TaskState:
    """
    The state that all tasks of a run share. Each operation is atomic and persisted when its method returns. A later attempt of
    the task that makes the same calls in the same order gets the answers of the first one, so that a retried task does
    not count twice.

    Every method raises :class:`StaleAttemptError` where the attempt is no longer the task's, and :class:`StateError` where the
    operation does not fit what the key holds, or the gateway stays away.
    """

    def __init__(self, calls: TaskCalls) -> None:
        self._calls = calls

    def get(self, key: str) -> Any:
        """None where nothing is stored under the key."""
        return self._call({'op': 'get', 'key': key})['value']

    def set(self, key: str, value: Any) -> None:
        self._call({'op': 'set', 'key': key, 'value': value})

    def increment(self, key: str, by: Number = 1) -> Number:
        """The number after the change. A key without a value counts from 0."""
        number: Number = self._call({'op': 'increment', 'key': key, 'by': by})['value']
        return number

    def append(self, key: str, value: Any) -> int:
        """The number of elements after the change."""
        return int(self._call({'op': 'append', 'key': key, 'value': value})['value'])

    def add_to_set(self, key: str, value: Any) -> bool:
        """Whether the value was not in the set before."""
        return bool(self._call({'op': 'addToSet', 'key': key, 'value': value})['value'])

    def remove_from_set(self, key: str, value: Any) -> bool:
        """Whether the value was in the set before."""
        return bool(self._call({'op': 'removeFromSet', 'key': key, 'value': value})['value'])

    def compare_and_swap(self, key: str, expected: Any, value: Any) -> Swap:
        """Stores ``value`` if the key holds ``expected`` (None: nothing)."""
        answer = self._call({'op': 'compareAndSwap', 'key': key, 'expected': expected, 'value': value})
        return Swap(bool(answer.get('swapped', False)), answer['value'])

    def _call(self, operation: Dict[str, Any]) -> Dict[str, Any]:
        return self._calls.make('/state', {'operation': operation})
