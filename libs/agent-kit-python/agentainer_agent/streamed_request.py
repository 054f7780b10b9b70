from __future__ import annotations

import re

from .http_body import BodyTooLarge, HttpBody
from .outcome_stream import OutcomeStream
from .task_request import TaskRequest, parse_task_request

#: What stands before the elements of a list. Within a JSON string, its quotes would be escaped.
_INPUT_LIST = re.compile(rb',\s*"input"\s*:\s*\[')
#: Lease and task are far shorter, in bytes.
_LONGEST_HEAD = 65_536


async def read_streamed_request(body: HttpBody, limit: int) -> TaskRequest:
    """
    A task's request; the input of a reduce step is an :class:`OutcomeStream`, any other is read whole.

    :raises TaskRequestError, BodyTooLarge:
    """
    text = b''
    while len(text) < _LONGEST_HEAD:
        part = await body.part()
        if not part:
            return parse_task_request(text)
        text += part
        if len(text) > limit:
            raise BodyTooLarge(f'the body is larger than {limit} bytes')
        found = _INPUT_LIST.search(text)
        if found is None:
            continue
        request = parse_task_request(text[: found.start()] + b',"input":null}')
        if request.task.kind != 'reduce':
            break
        request.input = OutcomeStream(body, text[found.end() :], limit)
        return request
    return parse_task_request(await body.read(limit, text))
