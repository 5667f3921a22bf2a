"""One daemon for one data directory."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from engine.model.errors import BadInput

NAME = "desk.db.lock"


def expect_free(data_dir: Path) -> None:
    """Refuse a directory that another process works on, before anything heavy is loaded. `Lock` still decides."""
    if (data_dir / NAME).exists():
        with suppress(OSError):
            Lock(data_dir / NAME).release()


class Lock:
    """An exclusive lock on a file, held until it is released or the process dies (however it dies).

    Not for network file systems, where such locks may mean nothing.
    """

    def __init__(self, path: Path) -> None:
        """Take the lock at once or raise BadInput; OSError when the file cannot be made or written."""
        self._file: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError:
            holder = os.read(self._file, 32).decode(errors="replace").strip()
            self.release()
            raise BadInput(
                f"Another pocketdesk (process {holder or 'unknown'}) runs on {path.parent}: "
                "stop it first, or give this one a data directory of its own."
            ) from None
        except OSError:
            self.release()
            raise

    def release(self) -> None:
        """Let the next one in; again: nothing. The file stays, since removing it would let two in."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
