"""What a desk needs to run, looked at one by one: nothing is changed, nothing is sent."""

import json
import os
import shutil
import sqlite3
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from bot.options.fees import Fees
from bot.settings import BadSettings, Settings, open_to_others
from engine.model.errors import PocketdeskError
from engine.model.instrument import Instrument
from engine.model.money import plain

HEARTBEAT = "heartbeat"
"""File in the data directory that a running desk touches every ten seconds."""
ALIVE_S = 60
PYTHON = (3, 12)
SQLITE = (3, 37, 0)
"""The first one with STRICT tables."""
SAFE_SQLITE = (3, 51, 3)
"""Before it, two connections that write or checkpoint at once may damage a WAL database."""
FREE_BYTES = 200_000_000
TIMEOUT_S = 10

Markets = Callable[[Settings], Sequence[Instrument] | None]
"""The markets of a desk as its exchange described them last; none before it was asked."""


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at: whether it is well, and what was seen."""

    what: str
    well: bool
    seen: str
    doubtful: bool = False
    """Well enough to run, but worth a change."""

    @property
    def mark(self) -> str:
        """`ok`, `warn` or `BAD`."""
        return "BAD" if not self.well else "warn" if self.doubtful else "ok"


def heartbeat(data_dir: Path) -> Finding:
    """Whether a desk is alive on this directory: its heartbeat is younger than a minute."""
    try:
        age = time.time() - (data_dir / HEARTBEAT).stat().st_mtime
    except OSError:
        return Finding("heartbeat", False, f"no desk runs on {data_dir}")
    return Finding("heartbeat", age < ALIVE_S, f"{max(age, 0):.0f} s ago")


def examine(
    load: Callable[[], Settings],
    data_dir: Path,
    database: Callable[[Path], Iterator[Finding]],
    *,
    env_file: Path = Path(".env"),
    online: bool = False,
    markets: Markets = lambda settings: (),
) -> Iterator[Finding]:
    """Everything in order: versions, settings, fees, folder, database, and with `online` the bot's token."""
    yield _version("python", sys.version_info[:3], PYTHON)
    yield sqlite(sqlite3.sqlite_version_info)
    settings: Settings | None = None
    try:
        settings = load()
        mode = f"{settings.mode}, {settings.exchange}, {', '.join(settings.strategies)}"
        yield Finding("settings", True, mode)
        yield fees(settings, markets(settings) or ())
    except BadSettings as error:
        for sentence in error.sentences:
            yield Finding("settings", False, sentence)
    if env_file.is_file():
        open_now = open_to_others(env_file)
        yield Finding(str(env_file), not open_now, " ".join(open_now) or "private")
    yield from folder(data_dir)
    try:
        yield from database(data_dir)
    except PocketdeskError as error:
        yield Finding("database", False, str(error))
    if online and settings is not None:
        yield _telegram(settings)


def fees(settings: Settings, markets: Sequence[Instrument]) -> Finding:
    """What the simulation pays on each market, where the markets are known; and who says so."""
    costs = settings.fees.costs()
    paid: dict[tuple[str, str], list[str]] = {}
    for market in markets:
        own = costs.of(market)
        paid.setdefault((plain(own.fee), plain(own.maker)), []).append(market.symbol)
    told = [f"taker {taker}, maker {maker} of {', '.join(symbols)}" for (taker, maker), symbols in paid.items()]
    if not told and not costs.listed:
        told = [f"taker {plain(costs.fee)}, maker {plain(costs.maker)}"]
    if not told:
        return Finding("fees", True, f"those that {settings.exchange} lists, known once it has been asked")
    who = ["as set"] if settings.fees != Fees() else []
    who += [f"as {settings.exchange} lists them"] if costs.listed else []
    return Finding("fees", True, f"{'; '.join(told)} ({', else '.join(who)})")


def folder(path: Path) -> Iterator[Finding]:
    """Whether the data directory takes files, and how much room there is."""
    nearest = next((place for place in (path, *path.absolute().parents) if place.exists()), Path("/"))
    if path.is_dir():
        try:
            with tempfile.TemporaryFile(dir=path) as file:
                file.write(b"pocketdesk")
        except OSError as error:
            yield Finding("data folder", False, f"{path} cannot be written: {error.strerror}")
        else:
            yield Finding("data folder", True, f"{path} can be written")
    else:
        fits = nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)
        yield Finding("data folder", fits, f"{path} {'will be made' if fits else f'cannot be made in {nearest}'}")
    free = shutil.disk_usage(nearest).free
    yield Finding("disk space", free >= FREE_BYTES, f"{free / 1e9:.1f} GB free")


def _version(what: str, found: tuple[int, ...], least: tuple[int, ...]) -> Finding:
    dots = (".".join(str(part) for part in version) for version in (found, least))
    return Finding(what, found >= least, "{}, needs {} or newer".format(*dots))


def sqlite(found: tuple[int, ...]) -> Finding:
    """Whether a version of SQLite serves: bad without STRICT tables, doubtful with the WAL-reset bug."""
    finding = _version("sqlite", found, SQLITE)
    if not finding.well or found >= SAFE_SQLITE:
        return finding
    safe = ".".join(map(str, SAFE_SQLITE))
    what = f"{finding.seen}; before {safe} a second program that writes desk.db may damage it: let none"
    return Finding("sqlite", True, what, doubtful=True)


def _telegram(settings: Settings) -> Finding:
    """Ask the Bot API who the token belongs to; the address, which holds the token, is never shown."""
    address = f"{settings.api_url}/bot{settings.token.get_secret_value()}/getMe"
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT_S) as answer:
            name = json.load(answer)["result"]["username"]
    except urllib.error.HTTPError as error:
        meaning = "it does not know this token" if error.code in (401, 404) else f"it answers {error.code}"
        return Finding("telegram", False, f"{settings.api_url}: {meaning}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        return Finding("telegram", False, f"{settings.api_url} does not answer ({type(error).__name__})")
    return Finding("telegram", True, f"@{name}")
