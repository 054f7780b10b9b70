from __future__ import annotations

import threading
from typing import Any, Dict

from .cancellation import Cancellation
from .gateway_client import GatewayClient
from .json_text import to_json
from .task_request import Task


class TaskCalls:
    """The calls that an attempt makes at the gateway, numbered alike in every attempt of its task."""

    def __init__(self, gateway: GatewayClient, task: Task, cancellation: Cancellation) -> None:
        self._gateway = gateway
        self._credential = f'{task.id}:{task.token}'
        self._cancellation = cancellation
        self._lock = threading.Lock()
        self._count = 0

    def make(self, path: str, call: Dict[str, Any]) -> Dict[str, Any]:
        """Takes the next number. Calls of several threads have to be made in the same order in each attempt."""
        with self._lock:
            self._count += 1
            seq = self._count
        return self.ask(path, {'seq': seq, **call})

    def ask(self, path: str, call: Dict[str, Any]) -> Dict[str, Any]:
        """A call that changes nothing, and so has no number."""
        return self._gateway.call(path, self._credential, to_json(call), self._cancellation)
