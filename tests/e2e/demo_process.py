"""The demo as a person starts it: a process of its own, its chat spoken to over HTTP, its database read beside it."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.conftest import ROOT
from tests.e2e.forked import Forked

ADMIN, TRADER, VIEWER, STRANGER = 1001, 1002, 1003, 4004
START_S, STOP_S = 120.0, 120.0
ADDRESS = re.compile(r"The chat is open at (http://127\.0\.0\.1:\d+)/")
DEMO = ("demo", "--port", "0", "--no-browser")


def program(
    *arguments: str, hash_seed: str = "random", seconds: float = STOP_S, folder: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Runs one command of the program to its end, in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def forked(*arguments: str, seconds: float = STOP_S, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """The same in a process that has the libraries loaded: for what comes after the options were read."""
    with tempfile.NamedTemporaryFile("r") as said, tempfile.NamedTemporaryFile("r") as complained:
        process = Forked(arguments, Path(said.name), Path(complained.name), folder=folder)
        try:
            code = process.wait(seconds)
        finally:
            process.kill()
        return subprocess.CompletedProcess(arguments, code, said.read(), complained.read())


def until[T](look: Callable[[], T | None], seconds: float = 120.0) -> T:
    """Looks until it sees something true."""
    end = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.02)
    return seen


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not reaped does not (a container may have nobody who does)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in ("Z", "X")


class Demo(AbstractContextManager["Demo"]):
    """A running demo. Leaving the block kills it, if it is still there.

    `fresh`: in an interpreter of its own. `shown`: as if a browser opened the page, in an interpreter too.
    """

    def __init__(self, data_dir: Path, *options: str, fresh: bool = False, shown: bool = False) -> None:
        self._said = tempfile.NamedTemporaryFile()  # noqa: SIM115 - closed in __exit__
        self.began = int(time.time())
        words = [*DEMO[: -1 if shown else None], "--data-dir", str(data_dir), *options]
        alone = fresh or shown
        self.process = self._interpreter(words) if alone else Forked(words, Path(self._said.name))
        self.url = ""

    def _interpreter(self, words: Sequence[str]) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "bot", *words]
        env = {**os.environ, "BROWSER": "true"}
        return subprocess.Popen(command, cwd=ROOT, env=env, stdout=self._said, stderr=subprocess.STDOUT)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()
        self._said.close()

    @property
    def said(self) -> str:
        """What it has printed so far."""
        return os.pread(self._said.fileno(), 1_000_000, 0).decode()

    def opened(self) -> "Demo":
        """Waits for the address of the chat."""

        def address() -> str | None:
            found = ADDRESS.search(self.said)
            assert found or self.process.poll() is None, self.said
            return found and found[1]

        self.url = until(address, START_S)
        return self

    def ready(self) -> "Demo":
        """Waits until the bot has greeted: from then on it can be asked to stop."""
        self.opened()
        until(lambda: any(view["from"]["is_bot"] and view["date"] >= self.began for view in self.messages()), START_S)
        return self

    def greeting(self) -> dict[str, Any]:
        """What the bot said when it had started."""
        return until(lambda: next((view for view in self.messages() if self._greets(view)), None), START_S)

    def _greets(self, view: dict[str, Any]) -> bool:
        return view["date"] >= self.began and "The desk has started." in words(view)

    def ended(self, seconds: float = STOP_S) -> int:
        """Waits for its end, answers the exit code."""
        return self.process.wait(timeout=seconds)

    def stop(self) -> int:
        """Asks it to end (SIGTERM), answers the exit code."""
        self.process.terminate()
        return self.ended()

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait(timeout=10)

    def messages(self, chat: int = ADMIN) -> list[dict[str, Any]]:
        """Everything in a person's chat, as it reads now."""
        views: list[dict[str, Any]] = self._call("/emu/messages?after=0")
        return [view for view in views if view["chat"]["id"] == chat]

    def say(self, text: str, user: int = ADMIN) -> int:
        """Says something; answers the id of the message."""
        said: int = self._call("/emu/say", {"text": text, "user_id": user})["result"]["message_id"]
        return said

    def ask(self, text: str, begins: Sequence[str], user: int = ADMIN) -> dict[str, Any]:
        """Says something; answers the bot's next message whose first line holds one of these words."""
        said = self.say(text, user)

        def answer() -> dict[str, Any] | None:
            later = [view for view in self.messages(user) if view["message_id"] > said and view["from"]["is_bot"]]
            return next((view for view in later if any(word in first_line(view) for word in begins)), None)

        return until(answer)

    def press(self, view: dict[str, Any], label: str, user: int = ADMIN) -> None:
        """Presses the button whose label begins like this."""
        order = {"message_id": view["message_id"], "data": button(view, label), "user_id": user}
        self._call("/emu/press", order)

    def file(self, file_id: str) -> bytes:
        """The bytes of a photo or document."""
        with urllib.request.urlopen(f"{self.url}/emu/file/{file_id}", timeout=10) as answer:
            return bytes(answer.read())

    def update(self, content: dict[str, Any]) -> None:
        """Hands the bot an update of any kind."""
        self._call("/emu/update", content)

    def fault(self, **order: object) -> None:
        """Orders trouble (telegram's emulator, /emu/fault)."""
        self._call("/emu/fault", order)

    def calls(self) -> list[str]:
        """Bot API methods called so far, polls apart."""
        return [call["method"] for call in self._call("/emu/calls") if call["method"] != "getUpdates"]

    def heard_out(self) -> bool:
        """Whether the bot has fetched and confirmed all updates and waits for more."""
        state = self._call("/emu/state")
        return bool(state["polling"] and not state["pending"])

    def _call(self, path: str, body: dict[str, object] | None = None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, content, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


def button(view: dict[str, Any], label: str) -> str:
    """What the button carries whose label begins like this."""
    buttons = [each for row in view["reply_markup"]["inline_keyboard"] for each in row]
    return next(str(each["callback_data"]) for each in buttons if each["text"].startswith(label))


def words(view: dict[str, Any]) -> str:
    """Text or caption of a message."""
    said: str = view.get("text") or view.get("caption") or ""
    return said


def first_line(view: dict[str, Any]) -> str:
    """The line a lock screen shows."""
    return words(view).partition("\n")[0]
