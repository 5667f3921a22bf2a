"""One daemon for one data directory."""

import fcntl
import os
from pathlib import Path

from engine.model.errors import BadInput


class Lock:
    """An exclusive lock on a file, held until it is released or the process dies (however it dies).

    Not for network file systems, where such locks may mean nothing.
    """

    def __init__(self, path: Path) -> None:
        """Take the lock at once or raise BadInput; OSError when the file cannot be made."""
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._file, 32).decode(errors="replace").strip()
            os.close(self._file)
            raise BadInput(
                f"Another pocketdesk (process {holder or 'unknown'}) runs on {path.parent}: "
                "stop it first, or give this one a data directory of its own."
            ) from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let the next one in. The file stays: removing it would let two in."""
        os.close(self._file)
