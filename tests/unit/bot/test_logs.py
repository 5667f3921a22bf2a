"""No secret gets out of the process through the log, whichever way it came in."""

import asyncio
import base64
import io
import json
import logging
import shutil
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from loguru import logger
from pydantic import SecretStr

from bot.logs import Log, start

TOKEN = "1234567890:AAcanary_token-0123456789abcdefghijkl"
KEY = "cAnArY/key+with=odd&characters\"and'quotes"
PEM = (
    "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIcanarycanarycanarycanary\n"
    "AoGCCqGSM49canarycanary==\n-----END EC PRIVATE KEY-----"
)
LATE = "canary-loaded-at-the-switch"
LEAKS = (TOKEN, KEY, "MHcCAQEEIcanary", "AoGCCqGSM49", LATE, quote(KEY), base64.b64encode(KEY.encode()).decode()[2:-4])


class Desk:
    """A log with its two outputs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.terminal = io.StringIO()
        self.log: Log = start(folder, secrets=[SecretStr(each) for each in (TOKEN, KEY, PEM)], terminal=self.terminal)

    def written(self) -> str:
        """Everything that was put out, after the log is closed."""
        ring = "".join(line.text for line in self.log.recent(1000))
        self.log.close()
        file = (self.folder / "pocketdesk.log").read_text()
        return f"{ring}\n{self.terminal.getvalue()}\n{file}"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "logs")
    yield desk
    desk.log.close()


def assert_clean(text: str, *events: str) -> None:
    assert [leak for leak in LEAKS if leak in text] == []
    assert [event for event in events if event not in text] == []


def test_secrets_in_messages_and_bound_values_are_hidden(desk: Desk) -> None:
    logger.info("polling https://api.telegram.org/bot{}/getUpdates", TOKEN)
    logger.bind(api_key=KEY, holder={"secret": KEY}).warning("bound")
    logger.info("url {} repr {!r} pem {}", quote(KEY, safe=""), KEY, PEM)
    logger.info("json {}", json.dumps({"key": KEY, "pem": PEM}))
    for salt in ("", "u", "us", "user:"):
        logger.info("basic {}", base64.b64encode(f"{salt}{KEY}".encode()).decode())
    assert_clean(desk.written(), "polling", "bound", "repr", "json", "basic", "***")


def test_secrets_in_exceptions_and_their_tracebacks_are_hidden(desk: Desk) -> None:
    def sign(secret: str) -> None:
        raise ValueError(f"cannot sign with {secret}")

    try:
        try:
            sign(KEY)
        except ValueError as error:
            raise RuntimeError(f"request with {TOKEN} failed") from error
    except RuntimeError:
        logger.exception("order failed")
    assert_clean(desk.written(), "order failed", "RuntimeError", "ValueError", "test_logs.py")


def test_standard_logging_and_warnings_are_taken_over_and_cleaned(desk: Desk) -> None:
    logging.getLogger("aiohttp.client").error("GET /bot%s", TOKEN)
    logging.getLogger("ccxt").warning("headers %s", {"X-MBX-APIKEY": "another-unknown-key-123"})
    logging.getLogger("ccxt").debug("below what libraries may say")
    logging.getLogger("broken").warning("%d", "not a number")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"careful with {KEY}", stacklevel=1)
    text = desk.written()
    assert_clean(text, "GET /bot", "headers", "careful with", "a log line of broken could not be written")
    assert "another-unknown-key-123" not in text
    assert "below what libraries may say" not in text


def test_what_looks_like_a_secret_is_hidden_though_nobody_named_it(desk: Desk) -> None:
    signature = "ab12" * 16
    logger.info("GET /fapi/v1/order?symbol=BTCUSDT&signature={}", signature)
    logger.info("someone else's 987654321:BBunknown_token-0123456789abcdefgh")
    text = desk.written()
    assert signature not in text
    assert "BBunknown_token" not in text
    assert "symbol=BTCUSDT" in text


def test_keys_that_are_loaded_later_are_hidden_from_then_on(desk: Desk) -> None:
    desk.log.hide(SecretStr(LATE))
    logger.info("going live with {}", LATE)
    assert_clean(desk.written(), "going live with ***")


def test_a_folder_that_is_gone_costs_the_file_and_not_the_terminal(desk: Desk) -> None:
    shutil.rmtree(desk.folder)
    logger.info("first")
    logger.info("second")
    desk.log.close()
    assert [word for word in ("first", "second") if word in desk.terminal.getvalue()] == ["first", "second"]


async def test_errors_of_the_event_loop_and_of_threads_are_logged_clean(desk: Desk) -> None:
    asyncio.get_running_loop().call_soon(lambda: int(f"loop {TOKEN}"))
    await asyncio.sleep(0.01)
    thread = threading.Thread(target=lambda: int(f"thread {KEY}"))
    thread.start()
    thread.join()
    assert_clean(desk.written(), "Exception in callback", "uncaught ValueError", "invalid literal")


def test_an_uncaught_exception_of_the_process_is_logged_clean_and_not_printed_raw(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from pydantic import SecretStr; from bot.logs import start\n"
        "log = start(Path(sys.argv[1]), secrets=[SecretStr(sys.argv[2])])\n"
        "import atexit; atexit.register(log.close)\n"
        "raise RuntimeError('died of ' + sys.argv[2])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), KEY], capture_output=True, text=True, timeout=60
    )
    text = done.stdout + done.stderr + (tmp_path / "pocketdesk.log").read_text()
    assert done.returncode == 1
    assert_clean(text, "uncaught RuntimeError", "died of ***")


def test_each_line_of_the_file_is_one_json_object_with_the_same_keys(desk: Desk) -> None:
    logger.bind(symbol="BTCUSDT").info("a text with\na line break and {braces} and <red>markup</red>")
    logger.warning("plain")
    desk.log.close()
    lines = [json.loads(line) for line in (desk.folder / "pocketdesk.log").read_text().splitlines()]
    assert [set(line) for line in lines] == [{"time", "level", "where", "message", "extra"}] * 2
    assert lines[0]["message"] == "a text with\na line break and {braces} and <red>markup</red>"
    assert lines[0]["extra"] == {"symbol": "BTCUSDT"}


def test_foreign_text_cannot_forge_a_line_or_paint_on_the_terminal(desk: Desk) -> None:
    logger.info("first\n12:00:00 ERROR    forged \x1b[31mred\x1b[0m")
    desk.log.close()
    assert len(desk.terminal.getvalue().splitlines()) == 1
    assert "\x1b" not in desk.terminal.getvalue()


def test_a_value_that_cannot_be_shown_costs_the_value_and_not_the_line(desk: Desk) -> None:
    class Broken:
        def __str__(self) -> str:
            raise RuntimeError("no text")

    logger.bind(value=Broken()).info("still here")
    assert "still here value=<Broken: RuntimeError>" in desk.written()


def test_the_newest_lines_are_kept_for_the_chat_oldest_first(desk: Desk) -> None:
    for number in range(1500):
        logger.info("line {}", number)
    logger.debug("below the level")
    assert [line.text for line in desk.log.recent(3)] == ["line 1497", "line 1498", "line 1499"]
    assert len(desk.log.recent(10_000)) == 1000
    assert desk.log.recent(0) == []
    assert desk.log.recent(1)[0].level == "INFO"


def test_files_are_rotated_by_size_and_the_oldest_go(tmp_path: Path) -> None:
    log = start(tmp_path, terminal=io.StringIO(), file_bytes=2_000, files=2)
    for number in range(100):
        logger.info("a line of some length, number {}", number)
    log.close()
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["pocketdesk.log", "pocketdesk.log.1", "pocketdesk.log.2"]
    assert all(file.stat().st_size <= 2_000 for file in files)
    assert "number 99" in files[0].read_text()


def test_after_closing_everything_is_as_it_was_before(tmp_path: Path) -> None:
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook, list(logging.root.handlers))
    start(tmp_path, terminal=io.StringIO()).close()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook, list(logging.root.handlers)) == before
