from __future__ import annotations


class StateError(Exception):
    """A call at the gateway was refused or could not be made."""

    def __init__(self, code: str, message: str) -> None:
        """:param code: the gateway's, or ``GATEWAY_UNREACHABLE`` or ``GATEWAY_PROTOCOL``"""
        super().__init__(message)
        self.code = code
        self.message = message


class StaleAttemptError(StateError):
    """The task has a newer attempt, or has ended: what this one does is no longer wanted."""

    def __init__(self, message: str) -> None:
        super().__init__('STALE_ATTEMPT', message)
