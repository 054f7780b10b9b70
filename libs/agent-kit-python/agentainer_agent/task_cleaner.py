from __future__ import annotations

import asyncio
import time
from typing import Optional, Sequence

from .left_processes import LeftProcesses
from .memory_growth import MemoryGrowth
from .scratch_folders import ScratchFolders

#: How long cleaning may take: less than a worker waits for the end of a task that it stops, in seconds.
_DEADLINE = 1.0
_POLL = 0.002


class TaskCleaner:
    """
    Sees to it that a task leaves nothing to the next one: no files, no processes, no memory that it might lack. To be made when
    the agent begins to serve.
    """

    def __init__(
        self, scratch: Sequence[str], directory: Optional[str] = None, memory_bytes: Optional[int] = None
    ) -> None:
        """
        :param scratch: folders that are emptied
        :param directory: as :class:`LeftProcesses` takes it
        :param memory_bytes: what this agent may use; by default what the kernel says
        """
        self._folders = ScratchFolders(scratch)
        self._processes = LeftProcesses(directory)
        self._memory = MemoryGrowth(memory_bytes)

    async def run(self) -> bool:
        """Whether nothing is left. Where that cannot be said it is False. Never raises."""
        try:
            if self._is_clean():
                return True
            give_up_at = time.monotonic() + _DEADLINE
            while True:
                # Processes first: they could write again what was removed.
                self._processes.end()
                self._folders.empty()
                self._memory.shrink()
                await asyncio.sleep(_POLL)
                if self._is_clean():
                    return True
                if time.monotonic() > give_up_at:
                    return False
        except (OSError, ValueError):
            return False

    def _is_clean(self) -> bool:
        """Some microseconds each: this runs after every task."""
        return not self._processes.find() and self._folders.are_empty() and not self._memory.is_too_much()
