"""What the author of an agent imports: :func:`serve`."""

from .cancellation import AgentStopped, TaskCancelled
from .config import egress_socket
from .context import Context, Started
from .outcome_stream import Outcomes
from .serve import serve
from .state_error import StaleAttemptError, StateError
from .task_answer import DROP
from .task_failure import TaskFailure
from .task_request import Task
from .task_state import Swap, TaskState

__all__ = [
    'DROP',
    'AgentStopped',
    'Context',
    'Outcomes',
    'StaleAttemptError',
    'Started',
    'StateError',
    'Swap',
    'Task',
    'TaskCancelled',
    'TaskFailure',
    'TaskState',
    'egress_socket',
    'serve',
]
