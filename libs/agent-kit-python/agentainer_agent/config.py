"""What the host of this agent says in its environment. The only place that reads it."""

from __future__ import annotations

import os
from typing import List, Optional

from .paths import (
    AGENT_DIRECTORY,
    CONCURRENCY_VARIABLE,
    DIRECTORY_VARIABLE,
    EGRESS_DIRECTORY,
    PROCESSES_VARIABLE,
    SCRATCH_VARIABLE,
)


def agent_directory() -> str:
    """The directory of this agent's sockets."""
    return os.environ.get(DIRECTORY_VARIABLE) or AGENT_DIRECTORY


def scratch_folders() -> Optional[List[str]]:
    """What this agent is to empty after each task; None where its host says nothing of cleaning."""
    folders = os.environ.get(SCRATCH_VARIABLE)
    return None if folders is None else [folder for folder in folders.split(':') if folder]


def sees_only_its_own_processes() -> bool:
    return os.environ.get(PROCESSES_VARIABLE) == 'own'


def agent_concurrency() -> int:
    """How many tasks this agent serves at once."""
    return int(os.environ.get(CONCURRENCY_VARIABLE) or 1)


def egress_socket(name: str) -> str:
    """The Unix socket of a service that the operator of the host lets its agents reach (``AGENTAINER_EGRESS``)."""
    return os.path.join(agent_directory(), EGRESS_DIRECTORY, f'{name}.sock')
