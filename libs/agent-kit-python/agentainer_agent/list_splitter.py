from __future__ import annotations

import re
from typing import List

_STRUCTURE = re.compile(rb'["\[\]{},]')
_STRING_END = re.compile(rb'["\\]')


class ElementTooLong(Exception):
    """An element of the list, or the list without an end, is longer than its reader takes."""


class ListSplitter:
    """Cuts the text of a JSON list, without its first bracket, into its elements while it comes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        #: Whether the list's last bracket has come.
        self.has_ended = False
        self._text = bytearray()
        self._at = 0
        self._depth = 0
        self._is_in_string = False

    def push(self, part: bytes) -> List[bytes]:
        """The elements that are complete with this part. :raises ElementTooLong:"""
        elements: List[bytes] = []
        self._text += part
        start = 0
        while not self.has_ended:
            found = (_STRING_END if self._is_in_string else _STRUCTURE).search(self._text, self._at)
            if found is None:
                self._at = max(self._at, len(self._text))
                break
            at = found.start()
            if self._ends_element(self._text[at], at):
                element = bytes(self._text[start:at]).strip()
                if element:
                    elements.append(element)
                start = at + 1
        del self._text[:start]
        self._at -= start
        if len(self._text) > self._limit and not self.has_ended:
            raise ElementTooLong(f'an element of the input is longer than {self._limit} bytes')
        return elements

    def _ends_element(self, sign: int, at: int) -> bool:
        """Goes on behind a sign that means something."""
        self._at = at + 1
        if sign == 0x5C:  # a backslash, and what it stands before
            self._at = at + 2
        elif sign == 0x22:  # a quote
            self._is_in_string = not self._is_in_string
        elif sign in b'[{':
            self._depth += 1
        elif self._depth > 0:
            self._depth -= sign != 0x2C
        elif sign in b',]':
            self.has_ended = sign == 0x5D
            return True
        return False
