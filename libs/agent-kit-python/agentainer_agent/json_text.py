"""JSON as everybody reads it: no NaN, no infinity, and as few bytes as may be."""

from __future__ import annotations

import json
from typing import Any, NoReturn, Union


def to_json(value: object) -> bytes:
    """:raises TypeError, ValueError, RecursionError: for what cannot be written"""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(',', ':')).encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair is text in JSON, and none in UTF-8.
        return json.dumps(value, allow_nan=False, separators=(',', ':')).encode()


def from_json(text: Union[str, bytes]) -> Any:
    """:raises ValueError, RecursionError: for what cannot be read"""
    return json.loads(text, parse_constant=_refuse)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f'{name} is no JSON')
