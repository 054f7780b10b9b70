from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Optional, Union

from .json_text import from_json


class TaskRequestError(Exception):
    """The body of ``POST /tasks`` is not what the protocol says."""


@dataclass(frozen=True)
class Lease:
    id: str
    epoch: int
    slot: int = 0


@dataclass(frozen=True)
class Task:
    """What a task knows of itself."""

    id: str
    run_id: str
    workflow_id: Optional[str]
    step: str
    #: ``sequential``, ``map`` or ``reduce``
    kind: str
    index: int
    #: The how-manieth attempt of the task this is, from 1.
    attempt: int
    token: str = field(repr=False)
    timeout_ms: int
    #: The job that started the run of this one; None where none did.
    parent_id: Optional[str] = None
    #: Of a reduce step with ``fan_in``: 0 where the task gets outcomes of the map, else those of tasks one level below.
    level: Optional[int] = None
    heartbeat_ms: Optional[int] = None


@dataclass
class TaskRequest:
    lease: Lease
    task: Task
    input: Any


def parse_task_request(body: Union[str, bytes, bytearray]) -> TaskRequest:
    """:raises TaskRequestError:"""
    try:
        request = from_json(bytes(body) if isinstance(body, bytearray) else body)
    except RecursionError:
        raise TaskRequestError('the body nests too deep') from None
    except ValueError:
        raise TaskRequestError('the body is not JSON') from None
    whole = request if isinstance(request, dict) else {}
    lease = Lease(**_checked('lease', whole.get('lease'), _LEASE))
    task = Task(**_checked('task', whole.get('task'), _TASK))
    if 'input' not in whole:
        raise TaskRequestError('input is missing')
    return TaskRequest(lease, task, whole['input'])


_Check = Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ''


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_positive(value: Any) -> bool:
    return _is_count(value) and value > 0


def _or_null(check: _Check) -> _Check:
    return lambda value: value is None or check(value)


_LEASE: Dict[str, _Check] = {'id': _is_text, 'epoch': _is_positive, 'slot': _is_count}
_TASK: Dict[str, _Check] = {
    'id': _is_text,
    'run_id': _is_text,
    'workflow_id': _or_null(_is_text),
    'parent_id': _or_null(_is_text),
    'step': _is_text,
    'kind': lambda value: value in ('sequential', 'map', 'reduce'),
    'index': _is_count,
    'level': _is_count,
    'attempt': _is_count,
    'token': _is_text,
    'timeout_ms': _is_count,
    'heartbeat_ms': _is_positive,
}
_OPTIONAL = frozenset({'slot', 'parent_id', 'level', 'heartbeat_ms'})


def _checked(name: str, value: Any, fields: Dict[str, _Check]) -> Dict[str, Any]:
    """The fields that are known; a later protocol may have more."""
    if not isinstance(value, dict):
        raise TaskRequestError(f'{name} must be an object')
    known: Dict[str, Any] = {}
    for field_name, is_right in fields.items():
        if field_name not in value and field_name in _OPTIONAL:
            continue
        if field_name not in value or not is_right(value[field_name]):
            raise TaskRequestError(f'{name}.{field_name} is missing or wrong')
        known[field_name] = value[field_name]
    return known
