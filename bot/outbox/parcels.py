"""Which waiting messages of one chat go out next, as what: lanes, bursts, superseded edits, late marks. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo

import msgspec

from bot.outbox.body import Body, decode
from engine.ports import OutboxRow

RANKS = {"critical": 0, "trade": 2, "reply": 4, "report": 6, "live": 8}
"""Who goes first; between the lanes there is room for exceptions."""
PATIENCE_MS = 300
"""An answer that has waited this long goes before trade alerts."""
REPORT_PATIENCE_MS = 5_000
"""A report that has waited this long does too: a busy market would keep it from ever being sent."""
LATE_MS = 60_000
BURST = 3
"""More new trade alerts than this become one message that lists them."""
LIST_LIMIT = 20
"""More than this become one message with the list as a file; silent ones are merged only then."""
HEADLINE = 60
AWAY = "away:"
"""Dedupe keys of the lines about an outage begin so; of all late lines only these say it themselves."""


class Waiting(msgspec.Struct, frozen=True):
    """A row with its turn in the queue and the message it edits, None when it makes a new one."""

    row: OutboxRow
    turn: tuple[int, int]
    silent: bool
    edits: int | None = None

    @property
    def is_new_alert(self) -> bool:
        """A trade alert that makes a message of its own, and so may be merged with others."""
        return self.row.item.lane == "trade" and self.edits is None


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


def pack(waiting: Sequence[Waiting], now: int, zone: tzinfo | None) -> Parcel | None:
    """The next parcel of a chat; None when nothing waits. A msgspec.DecodeError for a body that is none.

    Without a zone lists carry no times: where the market has a clock of its own, the desk's would contradict it.
    """
    if not waiting:
        return None
    crowded = sum(one.is_new_alert for one in waiting) > BURST
    first = min(waiting, key=lambda one: _rank(one, now, crowded))
    alike = [one for one in waiting if one.is_new_alert and one.silent == first.silent and _mergeable(one)]
    if first in alike and len(alike) > (LIST_LIMIT if first.silent else BURST):
        return _merged(sorted(alike, key=lambda one: one.turn), zone)
    item = first.row.item
    content = decode(item.body)
    if first.edits is None and item.lane != "live" and not (item.dedupe or "").startswith(AWAY):
        content = _marked(content, now - item.at)
    return Parcel((first.row,), content, first.edits, first.silent)


def _rank(one: Waiting, now: int, crowded: bool) -> tuple[int, tuple[int, int]]:
    """Lanes in their order, with three exceptions, then age.

    An answer waits for one alert, not for a stream of them; a report a little longer; and what makes no sound (a card,
    a card's change) lets the rest pass when it is crowded.
    """
    item = one.row.item
    if item.lane == "reply" and now - item.at > PATIENCE_MS:
        return RANKS["critical"] + 1, one.turn
    if item.lane == "report" and now - item.at > REPORT_PATIENCE_MS:
        return RANKS["critical"] + 1, one.turn
    if item.lane == "trade" and (one.edits is not None or (crowded and one.silent)):
        return RANKS["reply"] + 1, one.turn
    return RANKS[item.lane], one.turn


def _mergeable(one: Waiting) -> bool:
    content = decode(one.row.item.body)
    return content.photo is None and content.document is None


def _merged(burst: Sequence[Waiting], zone: tzinfo | None) -> Parcel:
    """One message for all: the newest in front, because line 1 is what the lock screen shows.

    What answers the card of a trade is there with its first line. Everything else stands nowhere but here, and in full:
    a breaker with its reason and the way back.
    """
    texts = [(one.row.item.at, decode(one.row.item.body).text) for one in burst]
    lines = [_listed(one, zone) for one in burst]
    title = f"{_headline(texts[-1][1])} · +{len(burst) - 1} more"
    rows = tuple(one.row for one in burst)
    silent = all(one.silent for one in burst)
    if len(burst) <= LIST_LIMIT:
        return Parcel(rows, Body("\n".join([title, *lines])), None, silent, merged=True)
    span = f" from {_clock(texts[0][0], zone)} to {_clock(texts[-1][0], zone)}" if zone else ""
    summary = f"{title}\n{len(burst)} alerts{span}, all in the file"
    content = Body(summary, document=_table(texts), filename="alerts.csv")
    return Parcel(rows, content, None, silent, merged=True)


def _listed(one: Waiting, zone: tzinfo | None) -> str:
    item = one.row.item
    text = decode(item.body).text
    return f"{_clock(item.at, zone)} {text if item.reply_to is None else _headline(text)}".lstrip()


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


def _clock(at: int, zone: tzinfo | None) -> str:
    if zone is None:
        return ""
    return datetime.fromtimestamp(at / 1000, zone).strftime("%H:%M")
