from __future__ import annotations

import signal
from typing import Optional, Union


class TaskFailure(Exception):
    """Raised by a handler to fail its task with a code of its own, 1 to 64 characters long."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        retryable: Optional[bool] = True,
        retry_after: Optional[float] = None,
        detail: Optional[str] = None,
    ) -> None:
        """
        :param retryable: whether another attempt may succeed
        :param retry_after: seconds before which another attempt makes no sense, such as what a server asked for
        :param detail: what helps to understand the failure; the traceback where it is left out
        """
        super().__init__(message)
        self.code = code
        self.message = message
        self.retryable = retryable
        self.retry_after = retry_after
        self.detail = detail

    @classmethod
    def of_exit(cls, returncode: int, stderr: Union[str, bytes, None] = None) -> TaskFailure:
        """
        The failure of a program that a handler ran: its code is ``EXIT_<code>``, which a retry policy may name. A signal
        counts as shells count it, 128 and its number.

        :param returncode: as :mod:`subprocess` tells it, negative for a signal
        :param stderr: what the program wrote there; the end of it is kept
        """
        number = returncode if returncode >= 0 else 128 - returncode
        how = f'ended with {number}' if returncode >= 0 else f'was ended by {_signal_name(-returncode)}'
        detail = stderr.decode(errors='replace') if isinstance(stderr, bytes) else stderr
        return cls(f'EXIT_{number}', f'the program {how}', detail=detail)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f'signal {number}'
