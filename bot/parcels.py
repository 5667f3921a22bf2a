"""Which waiting messages of one chat go out next, as what: lanes, bursts, superseded edits, late marks. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo

import msgspec

from bot.body import Body, decode
from engine.ports import OutboxRow

LANES = ("critical", "trade", "reply", "report", "live")
PATIENCE_MS = 2_000
"""An answer that has waited this long takes its turn among the trade alerts."""
LATE_MS = 60_000
BURST = 3
"""More new trade alerts than this become one message that lists them."""
LIST_LIMIT = 20
"""More than this become one message with the list as a file."""
HEADLINE = 60
AWAY = "away:"
"""Dedupe keys of the lines about an outage begin so; of all late lines only these say it themselves."""


class Waiting(msgspec.Struct, frozen=True):
    """A row with its turn in the queue and the message it edits, None when it makes a new one."""

    row: OutboxRow
    turn: tuple[int, int]
    silent: bool
    edits: int | None = None


class Parcel(msgspec.Struct, frozen=True):
    """One call to make: a body and the rows that are done with it. `merged` rows share a message."""

    rows: tuple[OutboxRow, ...]
    content: Body
    edits: int | None
    silent: bool
    merged: bool = False


def sift(rows: Sequence[OutboxRow], now: int) -> tuple[list[Waiting], list[tuple[OutboxRow, str]]]:
    """What is still worth sending, and what is not, with the reason.

    Of rows that edit one message the newest is sent, in the turn of the oldest; of live rows only the newest.
    """
    kept: dict[str, Waiting] = {}
    dropped: list[tuple[OutboxRow, str]] = []
    for row in sorted(rows, key=lambda row: row.id):
        item = row.item
        if item.not_after is not None and now > item.not_after:
            dropped.append((row, "out of time"))
            continue
        name = item.key or ("live" if item.lane == "live" else f"row {row.id}")
        older = kept.pop(name, None)
        if older:
            dropped.append((older.row, f"superseded by row {row.id}"))
        turn = older.turn if older else (item.at, row.id)
        kept[name] = Waiting(row, turn, item.silent and (older is None or older.silent))
    return list(kept.values()), dropped


def pack(waiting: Iterable[Waiting], now: int, zone: tzinfo) -> Parcel | None:
    """The next parcel of a chat; None when nothing waits. A msgspec.DecodeError for a body that is none."""
    ordered = sorted(waiting, key=lambda one: _rank(one, now))
    if not ordered:
        return None
    first = ordered[0]
    burst = [one for one in ordered if _mergeable(one)]
    if first in burst and len(burst) > BURST:
        return _merged(sorted(burst, key=lambda one: one.turn), zone)
    content = decode(first.row.item.body)
    item = first.row.item
    if first.edits is None and item.lane != "live" and not (item.dedupe or "").startswith(AWAY):
        content = _marked(content, now - first.row.item.at)
    return Parcel((first.row,), content, first.edits, first.silent)


def _rank(one: Waiting, now: int) -> tuple[int, bool, tuple[int, int]]:
    """Lane first; among trade alerts what is new before what is only changed; then age."""
    lane = one.row.item.lane
    if lane == "reply" and now - one.row.item.at > PATIENCE_MS:
        lane = "trade"
    return LANES.index(lane), lane == "trade" and one.edits is not None, one.turn


def _mergeable(one: Waiting) -> bool:
    if one.row.item.lane != "trade" or one.edits is not None:
        return False
    content = decode(one.row.item.body)
    return content.photo is None and content.document is None


def _merged(burst: Sequence[Waiting], zone: tzinfo) -> Parcel:
    """One message for all: the newest in front, because line 1 is what the lock screen shows."""
    texts = [(one.row.item.at, decode(one.row.item.body).text) for one in burst]
    lines = [f"{_clock(at, zone)} {_headline(text)}" for at, text in texts]
    title = f"{_headline(texts[-1][1])} · +{len(burst) - 1} more"
    rows = tuple(one.row for one in burst)
    silent = all(one.silent for one in burst)
    if len(burst) <= LIST_LIMIT:
        return Parcel(rows, Body("\n".join([title, *lines])), None, silent, merged=True)
    summary = f"{title}\n{len(burst)} alerts from {lines[0][:5]} to {lines[-1][:5]}, all in the file"
    content = Body(summary, document=_table(texts), filename="alerts.csv")
    return Parcel(rows, content, None, silent, merged=True)


def _table(texts: Iterable[tuple[int, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["at", "text"])
    for at, text in texts:
        writer.writerow([datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds"), text])
    return out.getvalue().encode()


def _marked(content: Body, age_ms: int) -> Body:
    if age_ms < LATE_MS:
        return content
    return msgspec.structs.replace(content, text=f"{content.text}\n⏰ {late(age_ms)} late".lstrip("\n"))


def late(age_ms: int) -> str:
    """An age as people say it: 37 min, 3 h."""
    minutes = age_ms // 60_000
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"


def _headline(text: str) -> str:
    line = text.partition("\n")[0]
    return line if len(line) <= HEADLINE else line[: HEADLINE - 1] + "…"


def _clock(at: int, zone: tzinfo) -> str:
    return datetime.fromtimestamp(at / 1000, zone).strftime("%H:%M")
