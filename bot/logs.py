"""The log: people read it on the terminal, programs in a file, the chat in a ring; no secret reaches any of them."""

import contextlib
import json
import logging
import shutil
import sys
import threading
import traceback
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import UTC, tzinfo
from logging.handlers import QueueListener, RotatingFileHandler
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, TextIO
from zoneinfo import ZoneInfo

from loguru import logger
from pydantic import SecretStr

from bot.redaction import Redactor
from engine.model.views import LogLine

if TYPE_CHECKING:
    from loguru import Message, Record

FILE_BYTES = 10_000_000
FILES = 5
"""Old files kept beside the current one."""
FREE_BYTES = 50_000_000
"""Below this much free space the file is left alone: the database needs what is there."""
LOOK_LINES = 200
"""Lines between two looks at the free space."""
RING = 1_000
COLORS = {"WARNING": "\x1b[33m", "ERROR": "\x1b[31m", "CRITICAL": "\x1b[1;31m", "SUCCESS": "\x1b[32m"}
PLAIN = "\x1b[0m"
CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code != 9}
"""Control characters are shown, not sent: a text from outside cannot paint on the terminal or forge a line."""


class Log:
    """A running log. Made by `start`; one at a time."""

    def __init__(
        self,
        folder: Path | None,
        level: str,
        secrets: Iterable[SecretStr],
        zone: tzinfo,
        terminal: TextIO,
        terminal_level: str,
        file_bytes: int,
        files: int,
    ) -> None:
        self.redactor = Redactor(secrets)
        self._hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        self._handlers = logging.root.handlers
        self._ring: deque[LogLine] = deque(maxlen=RING)
        self._zone = zone
        self._colors = terminal.isatty()
        self._queue: SimpleQueue[logging.LogRecord] = SimpleQueue()
        self._screen = logging.StreamHandler(terminal)
        self._screen.setFormatter(logging.Formatter("%(human)s"))
        self._screen.setLevel(logger.level(terminal_level).no)
        handlers: list[logging.Handler] = [self._screen]
        if folder is not None:
            handlers.append(_File(folder, file_bytes, files))
        self._listener = QueueListener(self._queue, *handlers, respect_handler_level=True)
        self._listener.start()
        logger.remove()
        logger.add(self._write, level=level, format=_message_only, backtrace=False, diagnose=False, colorize=False)

    def hide(self, *secrets: SecretStr) -> None:
        """Keep these out too: exchange keys that were loaded after the start."""
        self.redactor.hide(secrets)

    def recent(self, count: int) -> list[LogLine]:
        """The newest lines, redacted, oldest first."""
        return list(self._ring)[-count:] if count > 0 else []

    def take_over(self) -> None:
        """Make this the place where standard logging, warnings and uncaught exceptions go."""
        logging.raiseExceptions = False
        logging.root.handlers = [_Intercept()]
        logging.root.setLevel(logging.WARNING)
        logging.captureWarnings(True)
        sys.excepthook = _uncaught
        threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
        sys.unraisablehook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)

    def close(self) -> None:
        """Write what is queued, stop, and give back what was taken over."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._hooks
        logging.root.handlers, logging.raiseExceptions = self._handlers, True
        logging.captureWarnings(False)
        logger.remove()
        with contextlib.suppress(AttributeError):
            self._listener.stop()
        for handler in self._listener.handlers:
            if handler is not self._screen:
                handler.close()

    def _write(self, message: "Message") -> None:
        """The sink: every form of a line is redacted here, as a whole, before it is kept or queued."""
        record = message.record
        error = _traceback(record)
        human = self.redactor.clean(self._human(record, error))
        text = self.redactor.clean(record["message"] + _extra(record["extra"])).translate(CONTROL)
        line = self.redactor.clean(_json(record, error))
        at = int(record["time"].timestamp() * 1000)
        self._ring.append(LogLine(at, record["level"].name, text))
        queued = {"levelno": record["level"].no, "human": human, "json": line}
        self._queue.put(logging.makeLogRecord(queued))

    def _human(self, record: "Record", error: str) -> str:
        level = record["level"].name
        said = (record["message"] + _extra(record["extra"])).translate(CONTROL)
        trace = "".join(f"\n    {part.translate(CONTROL)}" for part in error.splitlines())
        color, plain = (COLORS.get(level, ""), PLAIN) if self._colors else ("", "")
        return f"{record['time'].astimezone(self._zone):%H:%M:%S} {color}{level:<8}{plain} {said}{trace}"


def start(
    folder: Path | None = None,
    *,
    level: str = "INFO",
    secrets: Iterable[SecretStr] = (),
    zone: str = "UTC",
    terminal: TextIO | None = None,
    terminal_level: str | None = None,
    file_bytes: int = FILE_BYTES,
    files: int = FILES,
) -> Log:
    """Log to the terminal (stderr) and, with a folder, to `folder/pocketdesk.log`; take over all other logging.

    Uncaught exceptions of the process, its threads and its event loop (which asyncio logs) go here too. Raises OSError
    when the folder cannot be written.
    """
    if folder is not None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    screen = terminal or sys.stderr
    log = Log(folder, level, secrets, ZoneInfo(zone), screen, terminal_level or level, file_bytes, files)
    log.take_over()
    return log


class _Intercept(logging.Handler):
    """Standard logging, which only libraries use, handed on with its origin."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = record.getMessage()
        except Exception as error:  # noqa: BLE001 - a library's broken log call must not break the desk
            text = f"a log line of {record.name} could not be written: {type(error).__name__}"
        level = record.levelname if record.levelname in COLORS or record.levelname == "INFO" else record.levelno
        logger.opt(exception=record.exc_info).bind(library=record.name).log(level, "{}", text)


class _File(RotatingFileHandler):
    """JSON lines in a file of bounded size; a disk in trouble costs lines, never the desk."""

    def __init__(self, folder: Path, file_bytes: int, files: int) -> None:
        path = folder / "pocketdesk.log"
        super().__init__(path, maxBytes=file_bytes, backupCount=files, encoding="utf-8", errors="replace")
        self.setFormatter(logging.Formatter("%(json)s"))
        self._folder = folder
        self._lines = 0
        self._room = True

    def emit(self, record: logging.LogRecord) -> None:
        if self._lines % LOOK_LINES == 0:
            self._room = self._has_room()
        self._lines += 1
        if self._room:
            super().emit(record)

    def _has_room(self) -> bool:
        """False also where nobody can tell; an error here would end the thread that writes to the terminal too."""
        try:
            return shutil.disk_usage(self._folder).free > FREE_BYTES
        except OSError:
            return False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """A line that cannot be written is lost; the terminal and the ring have it."""


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        logger.opt(exception=(kind, error or kind(), trace)).critical("uncaught {}", kind.__name__)


def _message_only(record: "Record") -> str:
    """No exception in loguru's own words; `_write` renders it."""
    return "{message}"


def _traceback(record: "Record") -> str:
    error = record["exception"]
    if error is None or error.type is None:
        return ""
    return "".join(traceback.format_exception(error.type, error.value, error.traceback)).rstrip()


def _extra(extra: Mapping[str, object]) -> str:
    """` key=value ...`"""
    return "".join(f" {key}={_text(value)}" for key, value in extra.items())


def _text(value: object) -> str:
    try:
        return str(value)
    except Exception as error:  # noqa: BLE001 - foreign objects; the line counts more than this value
        return f"<{type(value).__name__}: {type(error).__name__}>"


def _json(record: "Record", error: str) -> str:
    """One line with stable keys; `error` only where there is one."""
    fields: dict[str, object] = {
        "time": record["time"].astimezone(UTC).isoformat(timespec="milliseconds"),
        "level": record["level"].name,
        "where": f"{record['name']}:{record['line']}",
        "message": record["message"],
        "extra": {key: _text(value) for key, value in record["extra"].items()},
    }
    return json.dumps(fields | ({"error": error} if error else {}), ensure_ascii=False)
