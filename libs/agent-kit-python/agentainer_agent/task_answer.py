from __future__ import annotations

import math
import os
import traceback
from types import TracebackType
from typing import Any, Dict, Optional

from .cancellation import TaskCancelled
from .json_text import to_json
from .state_error import StateError
from .task_failure import TaskFailure


class Drop:
    """See :data:`DROP`."""

    def __repr__(self) -> str:
        return 'DROP'


#: Returned by the handler of a map step in place of a result: the item is done with, and is left out of the list of results.
DROP = Drop()

_MAX_CODE = 64
_MAX_MESSAGE = 2_000
_MAX_DETAIL = 4_096
#: A year.
_MAX_RETRY_AFTER_MS = 365 * 86_400_000
_KIT = os.path.dirname(os.path.abspath(__file__))


def result_line(result: object) -> bytes:
    """The line that ends a task well; a problem where the result is not JSON."""
    if isinstance(result, Drop):
        return b'{"type":"dropped"}\n'
    try:
        return b'{"type":"result","result":' + to_json(result) + b'}\n'
    except Exception as error:
        message = f'the result cannot be written as JSON: {_message_of(error)}'
        return problem_line(TaskFailure('AGENT_FAILED', message, retryable=False))


def clean_line(line: bytes, clean: bool) -> bytes:
    """The same line, which also says whether the task left nothing behind."""
    return b'{"clean":' + (b'true,' if clean else b'false,') + line[1:]


def cancelled_line(reason: TaskCancelled) -> bytes:
    return to_json({'type': 'problem', 'code': reason.code, 'message': str(reason)}) + b'\n'


def problem_line(raised: BaseException) -> bytes:
    """The line that ends a task with whatever its handler raised; what the gateway refused keeps its code."""
    problem: Dict[str, Any] = {
        'type': 'problem',
        'code': 'AGENT_FAILED',
        'message': _message_of(raised)[:_MAX_MESSAGE],
    }
    detail: Optional[str] = None
    if isinstance(raised, (TaskFailure, StateError)):
        problem['code'] = str(raised.code)[:_MAX_CODE] or 'AGENT_FAILED'
    if isinstance(raised, TaskFailure):
        detail = raised.detail
        if raised.retryable is not None:
            problem['retryable'] = bool(raised.retryable)
        if raised.retry_after is not None and raised.retry_after >= 0:
            problem['retry_after_ms'] = math.ceil(min(raised.retry_after * 1000, _MAX_RETRY_AFTER_MS))
    problem['detail'] = (_traceback_of(raised) if detail is None else str(detail))[-_MAX_DETAIL:]
    return to_json(problem) + b'\n'


def _message_of(raised: BaseException) -> str:
    try:
        if isinstance(raised, (TaskFailure, StateError)):
            return str(raised.message)
        return traceback.format_exception_only(type(raised), raised)[-1].strip()
    except Exception:
        return type(raised).__name__


def _traceback_of(raised: BaseException) -> str:
    """Of a chain of causes the one that was raised last stands at the end, which is what is kept."""
    try:
        return ''.join(traceback.format_exception(type(raised), raised, _beyond_kit(raised.__traceback__)))
    except Exception:
        return type(raised).__name__


def _beyond_kit(tb: Optional[TracebackType]) -> Optional[TracebackType]:
    """How the kit came to call the handler is of no use to anybody."""
    while tb is not None and tb.tb_next and os.path.dirname(tb.tb_frame.f_code.co_filename) == _KIT:
        tb = tb.tb_next
    return tb
