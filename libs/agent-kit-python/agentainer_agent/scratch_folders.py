from __future__ import annotations

import os
import shutil
import stat
import time
from typing import Dict, Sequence

#: Changes that follow one another within so many seconds may bear the same time: clocks of files are coarse.
_COARSE = 0.1


class ScratchFolders:
    """The folders in which tasks may leave files."""

    def __init__(self, folders: Sequence[str]) -> None:
        self._folders = folders
        #: When those that were found empty had changed last: as long as that is the same, there is nothing in them.
        self._empty_since: Dict[str, int] = {}

    def are_empty(self) -> bool:
        """This runs after every task, and few of them leave files."""
        return all(self._is_empty(folder) for folder in self._folders)

    def empty(self) -> None:
        """:raises OSError: where something cannot be removed, or a folder is one no more: a link would lead elsewhere"""
        for folder in self._folders:
            if not stat.S_ISDIR(os.lstat(folder).st_mode):
                raise NotADirectoryError(f'{folder} is no folder any more')
            for name in os.listdir(folder):
                _remove(os.path.join(folder, name))

    def _is_empty(self, folder: str) -> bool:
        changed = os.lstat(folder).st_ctime_ns
        if self._empty_since.get(folder) == changed:
            return True
        is_empty = not os.listdir(folder)
        if is_empty and time.time() - changed / 1e9 > _COARSE:
            self._empty_since[folder] = changed
        return is_empty


def _remove(path: str) -> None:
    """What is gone already is well; a link is removed, and nothing of where it leads."""
    try:
        if stat.S_ISDIR(os.lstat(path).st_mode):
            shutil.rmtree(path)
        else:
            os.unlink(path)
    except FileNotFoundError:
        pass
